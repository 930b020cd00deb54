package io.muster.lease.spring.http;

import io.muster.lease.http.FencingTokenHeader;
import io.muster.lease.http.TokenSender;
import java.util.Optional;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Sends the tokens of leases from WebClients: those of the Reactor context ({@link ReactiveFencing#capture}), or else
 * those under which the thread works that subscribes. It is the first of a client's filters.
 */
final class SendingFilter implements ExchangeFilterFunction {
    private final TokenSender sender;
    private final boolean balanced;

    SendingFilter(TokenSender sender, boolean balanced) {
        this.sender = sender;
        this.balanced = balanced;
    }

    /** Fails with {@link io.muster.lease.LeaseLostException} instead of sending, if a lease is not held any more. */
    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.deferContextual(context -> {
            Optional<String> value = sender.value(request.url(), balanced, ReactiveFencing.leases(context));
            if (value.isEmpty()) {
                return next.exchange(request);
            }
            ClientRequest fenced = ClientRequest.from(request)
                    .headers(headers -> headers.set(FencingTokenHeader.NAME, value.get()))
                    .build();
            return next.exchange(fenced).contextWrite(ReactiveRedirects::refuse);
        });
    }
}
