package io.muster.client.spring.loadbalancer;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * What is left of a request's chain of interceptors behind ours, so that it can run once for each attempt.
 *
 * <p>Spring Framework 6.2 walks the chain by one iterator for each request: a second {@code execute} would go past the
 * interceptors that the first one has run, and send a retry without, say, its signature. So the rest of that iterator is
 * taken out and chained here; with the iterator at its end {@code execute} goes to the network each time. Where there is
 * no such iterator (later Springs chain by value) the execution is used as it is.
 */
final class RemainingChain {
    private static final @Nullable Field ITERATOR = iteratorField();

    private RemainingChain() {}

    /** Looks at what came from the network, before any interceptor. */
    interface Look {
        /** The response, or another one, or a failure; it closes a response that it does not answer. */
        ClientHttpResponse at(HttpRequest request, ClientHttpResponse response) throws IOException;
    }

    /** The same execution in a form that may be called several times, with a look at each response. */
    static ClientHttpRequestExecution repeatable(Look look, ClientHttpRequestExecution execution) {
        List<ClientHttpRequestInterceptor> rest = takeRest(execution);
        ClientHttpRequestExecution chain = (request, body) -> look.at(request, execution.execute(request, body));
        for (int i = rest.size() - 1; i >= 0; i--) {
            ClientHttpRequestInterceptor interceptor = rest.get(i);
            ClientHttpRequestExecution next = chain;
            chain = (request, body) -> interceptor.intercept(request, body, next);
        }
        return chain;
    }

    private static List<ClientHttpRequestInterceptor> takeRest(ClientHttpRequestExecution execution) {
        if (ITERATOR == null || !ITERATOR.getDeclaringClass().isInstance(execution)) {
            return List.of();
        }
        try {
            if (!(ITERATOR.get(execution) instanceof Iterator<?> iterator) || !iterator.hasNext()) {
                return List.of();
            }
            List<ClientHttpRequestInterceptor> rest = new ArrayList<>();
            while (iterator.hasNext()) {
                rest.add((ClientHttpRequestInterceptor) iterator.next());
            }
            return rest;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The chain of interceptors is not readable", e);
        }
    }

    private static @Nullable Field iteratorField() {
        try {
            Field field = Class.forName(
                            "org.springframework.http.client.InterceptingClientHttpRequest$InterceptingRequestExecution")
                    .getDeclaredField("iterator");
            return Iterator.class.isAssignableFrom(field.getType()) && field.trySetAccessible() ? field : null;
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
