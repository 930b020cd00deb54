package io.muster.lease.spring.http;

import io.muster.lease.LeaseContext;
import io.muster.lease.http.FencingTokenHeader;
import io.muster.lease.http.TokenSender;
import java.io.IOException;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sends the tokens of the leases under which the current thread works, from RestClients and RestTemplates. It is the first
 * of a client's interceptors, so that it sees the host that the caller has named, and not an instance.
 */
final class SendingInterceptor implements ClientHttpRequestInterceptor, Ordered {
    private final TokenSender sender;
    private final boolean balanced;

    SendingInterceptor(TokenSender sender, boolean balanced) {
        this.sender = sender;
        this.balanced = balanced;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** @throws io.muster.lease.LeaseLostException instead of sending, if a lease is not held any more */
    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        Optional<String> value = sender.value(request.getURI(), balanced, LeaseContext.leases());
        if (value.isEmpty()) {
            return execution.execute(request, body);
        }
        request.getHeaders().set(FencingTokenHeader.NAME, value.get());
        return Redirects.refusedDuring(() -> execution.execute(request, body));
    }
}
