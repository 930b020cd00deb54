package io.muster.client.spring.loadbalancer;

import feign.Client;
import feign.Request;
import feign.Response;
import io.muster.api.Headers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerUriTools;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/**
 * Sends the requests of OpenFeign's clients to an instance of the service that the URL's host names, and reports to the
 * balancer what became of each. Nobody to take a request is an answer with status 503, as with Spring's own client. It is
 * one of Spring's by its type, since Feign takes those off again for clients with a fixed URL. Thread-safe.
 */
final class BalancingFeignClient extends FeignBlockingLoadBalancerClient {
    private static final Logger log = LoggerFactory.getLogger(BalancingFeignClient.class);

    private final Routes routes;
    private final LeakGuard leakGuard;

    BalancingFeignClient(
            Client delegate,
            LoadBalancerClient client,
            LoadBalancerClientFactory factory,
            List<LoadBalancerFeignRequestTransformer> transformers,
            Routes routes,
            LeakGuard leakGuard) {
        super(delegate, client, factory, transformers);
        this.routes = routes;
        this.leakGuard = leakGuard;
    }

    /** @throws IOException what the last attempt met; what the ones before met is suppressed in it */
    @Override
    public Response execute(Request request, Request.Options options) throws IOException {
        URI uri = URI.create(request.url());
        Route route = routes.route(host(uri));
        HttpMethod method = HttpMethod.valueOf(request.httpMethod().name());
        BalancedCall<Request> call =
                new BalancedCall<>(routes, route, method, request, BalancingFeignClient::data, false);
        try {
            boolean cheap = BlockingAttempts.isCheap(request.body() == null ? 0 : request.body().length);
            return BlockingAttempts.run(call, cheap, attempt -> exchange(request, uri, options, attempt));
        } catch (NoInstanceException e) {
            log.debug(e.getMessage());
            return Response.builder()
                    .request(request)
                    .status(HttpStatus.SERVICE_UNAVAILABLE.value())
                    .body(e.getMessage(), StandardCharsets.UTF_8)
                    .build();
        }
    }

    private Response exchange(Request request, URI uri, Request.Options options, Attempt attempt) throws IOException {
        URI toInstance = LoadBalancerUriTools.reconstructURI(attempt.instance(), uri);
        Request transformed = buildRequest(request, toInstance.toString(), attempt.instance());
        String asked = attempt.askForLoad();
        Response response = getDelegate().execute(asked == null ? transformed : asking(transformed, asked), options);
        try {
            DeclinedException declined = attempt.declined(response.status(), load(response));
            if (declined != null) {
                response.close();
                throw declined;
            }
            attempt.responded(response.status(), load(response), () -> data(response));
            return track(response, attempt);
        } catch (RuntimeException | Error e) {
            response.close();
            throw e;
        }
    }

    /** The same request; it also asks the instance for its load. */
    private static Request asking(Request request, String asked) {
        Map<String, Collection<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(request.headers());
        headers.put(Headers.LOAD, List.of(asked));
        return Request.create(
                request.httpMethod(),
                request.url(),
                headers,
                request.body(),
                request.charset(),
                request.requestTemplate());
    }

    private static @Nullable String load(Response response) {
        Collection<String> values = response.headers().get(Headers.LOAD);
        return values == null || values.isEmpty() ? null : values.iterator().next();
    }

    private Response track(Response response, Attempt attempt) {
        Response.Body body = response.body();
        if (body == null || body.isRepeatable()) {
            // There is nothing to read, or it has been read.
            attempt.complete();
            return response;
        }
        TrackedFeignBody tracked = new TrackedFeignBody(body, attempt, length(response));
        leakGuard.watch(tracked, attempt);
        return response.toBuilder().body(tracked).build();
    }

    /** Bytes that reading the body gives, if that is known: what was decoded has another length, and some have none. */
    private static long length(Response response) {
        Integer length = response.body().length();
        boolean bodiless = response.request().httpMethod() == Request.HttpMethod.HEAD
                || response.status() == HttpStatus.NO_CONTENT.value()
                || response.status() == HttpStatus.NOT_MODIFIED.value();
        boolean encoded = response.headers().containsKey(HttpHeaders.CONTENT_ENCODING);
        return length == null || bodiless || encoded ? TrackedInputStream.UNKNOWN : length;
    }

    private static RequestData data(Request request) {
        HttpMethod method = HttpMethod.valueOf(request.httpMethod().name());
        return new RequestData(method, URI.create(request.url()), headers(request.headers()), null, new HashMap<>());
    }

    private static ResponseData data(Response response) {
        HttpStatusCode status = HttpStatusCode.valueOf(response.status());
        return new ResponseData(status, headers(response.headers()), null, data(response.request()));
    }

    private static HttpHeaders headers(Map<String, Collection<String>> feigns) {
        HttpHeaders headers = new HttpHeaders();
        feigns.forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
        return headers;
    }

    private static String host(URI uri) {
        String host = uri.getHost();
        if (host == null) {
            throw new IllegalStateException("Request URI does not contain a valid hostname: " + uri);
        }
        return host;
    }
}
