package io.muster.lease.spring.http;

import java.net.URI;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorSettings;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** As {@link Redirects}, for the connectors of WebClients. */
final class ReactiveRedirects {
    private ReactiveRedirects() {}

    /** A context in which a request is not redirected. */
    static Context refuse(Context context) {
        return context.put(ReactiveRedirects.class, true);
    }

    /** Builds, of each connector, a twin that follows nowhere. */
    static ClientHttpConnectorBuilder<ClientHttpConnector> refusable(ClientHttpConnectorBuilder<?> builder) {
        return settings -> {
            ClientHttpConnectorSettings given = settings == null ? ClientHttpConnectorSettings.defaults() : settings;
            Supplier<ClientHttpConnector> staying =
                    SingletonSupplier.of(() -> builder.build(given.withRedirects(HttpRedirects.DONT_FOLLOW)));
            return new Connector(builder.build(given), staying);
        };
    }

    private record Connector(ClientHttpConnector following, Supplier<ClientHttpConnector> staying)
            implements ClientHttpConnector {
        @Override
        public Mono<ClientHttpResponse> connect(
                HttpMethod method, URI uri, Function<? super ClientHttpRequest, Mono<Void>> callback) {
            return Mono.deferContextual(context -> {
                ClientHttpConnector connector = context.hasKey(ReactiveRedirects.class) ? staying.get() : following;
                return connector.connect(method, uri, callback);
            });
        }
    }
}
