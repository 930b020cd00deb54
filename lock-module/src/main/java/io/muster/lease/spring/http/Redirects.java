package io.muster.lease.spring.http;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.function.Supplier;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.ClientHttpRequestFactorySettings;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Keeps blocking HTTP clients from following redirects of requests that carry a token: they follow below all interceptors, and
 * take each header along, to any host. Such a request is sent by a twin of the client that follows nowhere; its caller
 * gets the 3xx.
 */
final class Redirects {
    private static final ThreadLocal<Boolean> REFUSED = ThreadLocal.withInitial(() -> false);

    private Redirects() {}

    /** Sends a request. */
    @FunctionalInterface
    interface Exchange {
        ClientHttpResponse send() throws IOException;
    }

    /** Sends on the current thread what is not to be redirected. */
    static ClientHttpResponse refusedDuring(Exchange exchange) throws IOException {
        boolean before = REFUSED.get();
        REFUSED.set(true);
        try {
            return exchange.send();
        } finally {
            if (!before) {
                REFUSED.remove();
            }
        }
    }

    /** Builds, of each client, the twin too. */
    static ClientHttpRequestFactoryBuilder<ClientHttpRequestFactory> refusable(
            ClientHttpRequestFactoryBuilder<?> builder) {
        return settings -> {
            ClientHttpRequestFactorySettings given =
                    settings == null ? ClientHttpRequestFactorySettings.defaults() : settings;
            Supplier<ClientHttpRequestFactory> staying = SingletonSupplier.of(
                    () -> builder.build(given.withRedirects(ClientHttpRequestFactorySettings.Redirects.DONT_FOLLOW)));
            return new Factory(builder.build(given), staying);
        };
    }

    /** Gives the stock client of the JDK a twin too; others are as they are. */
    static ClientHttpRequestFactory refusable(ClientHttpRequestFactory factory) {
        return factory.getClass() == SimpleClientHttpRequestFactory.class
                ? new Factory(factory, () -> Staying.like((SimpleClientHttpRequestFactory) factory))
                : factory;
    }

    /** As the stock client, and follows nowhere. */
    private static final class Staying extends SimpleClientHttpRequestFactory {
        /** It is set up as the other one is now: there is nothing that tells of a change. */
        private static Staying like(SimpleClientHttpRequestFactory other) {
            Staying copy = new Staying();
            ReflectionUtils.shallowCopyFieldState(other, copy);
            return copy;
        }

        @Override
        protected void prepareConnection(HttpURLConnection connection, String httpMethod) throws IOException {
            super.prepareConnection(connection, httpMethod);
            connection.setInstanceFollowRedirects(false);
        }
    }

    private record Factory(ClientHttpRequestFactory following, Supplier<ClientHttpRequestFactory> staying)
            implements ClientHttpRequestFactory {
        @Override
        public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
            return (REFUSED.get() ? staying.get() : following).createRequest(uri, method);
        }
    }
}
