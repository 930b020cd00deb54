package io.muster.client.spring.loadbalancer;

import io.muster.api.Headers;
import io.muster.api.LoadLimit;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.loadbalancer.BlockingLoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sends the requests of {@code @LoadBalanced} RestTemplates and RestClients to an instance of the service that the URI's
 * host names, and reports to the balancer what became of each. Thread-safe; holds no lock while it waits.
 */
final class BalancingInterceptor implements BlockingLoadBalancerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(BalancingInterceptor.class);

    private final Routes routes;
    private final List<LoadBalancerRequestTransformer> transformers;
    private final LeakGuard leakGuard;

    BalancingInterceptor(Routes routes, List<LoadBalancerRequestTransformer> transformers, LeakGuard leakGuard) {
        this.routes = routes;
        this.transformers = List.copyOf(transformers);
        this.leakGuard = leakGuard;
    }

    /**
     * @throws NoInstanceException when nobody takes the request
     * @throws IOException what the last attempt met; what the ones before met is suppressed in it
     */
    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        Route route = routes.route(host(request.getURI()));
        BalancedCall<HttpRequest> call =
                new BalancedCall<>(routes, route, request.getMethod(), request, RequestData::new, true);
        ClientHttpRequestExecution chain = RemainingChain.repeatable(BalancingInterceptor::taken, execution);
        return BlockingAttempts.run(
                call, BlockingAttempts.isCheap(body.length), attempt -> exchange(request, body, chain, attempt));
    }

    private ClientHttpResponse exchange(
            HttpRequest request, byte[] body, ClientHttpRequestExecution chain, Attempt attempt) throws IOException {
        HttpRequest toInstance = InstanceRequest.to(attempt, request, transformers);
        ClientHttpResponse response = chain.execute(toInstance, body);
        try {
            // HttpURLConnection waits for the response here and not before.
            int status = response.getStatusCode().value();
            String load = response.getHeaders().getFirst(Headers.LOAD);
            boolean hasBody = !request.getMethod().equals(HttpMethod.HEAD) && status != 204 && status != 304;
            TrackedResponse tracked = new TrackedResponse(response, attempt, hasBody);
            leakGuard.watch(tracked, attempt);
            attempt.responded(status, load, () -> responseData(response));
            return tracked;
        } catch (IOException | RuntimeException | Error e) {
            response.close();
            throw e;
        }
    }

    /** The response, unless it only says that the instance declined, which is nothing for the interceptors behind this one. */
    private static ClientHttpResponse taken(HttpRequest request, ClientHttpResponse response) throws IOException {
        LoadLimit limit = LoadLimit.parse(request.getHeaders().getFirst(Headers.LOAD));
        DeclinedException declined = limit.isSet()
                ? DeclinedException.of(
                        request.getURI(),
                        limit,
                        response.getStatusCode().value(),
                        response.getHeaders().getFirst(Headers.LOAD))
                : null;
        if (declined != null) {
            response.close();
            throw declined;
        }
        return response;
    }

    private static @Nullable ResponseData responseData(ClientHttpResponse response) {
        try {
            return new ResponseData(response, null);
        } catch (IOException e) {
            log.debug("A response's status is not readable", e);
            return null;
        }
    }

    private static String host(URI uri) {
        String host = uri.getHost();
        if (host == null) {
            throw new IllegalStateException("Request URI does not contain a valid hostname: " + uri);
        }
        return host;
    }
}
