package io.muster.client.spring.loadbalancer;

import io.muster.api.Headers;
import java.net.URI;
import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.cloud.client.loadbalancer.LoadBalancerUriTools;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.support.HttpRequestWrapper;

/** A request as it goes to one instance. Its headers are a copy, so that what one attempt adds is not in the next. */
final class InstanceRequest extends HttpRequestWrapper {
    private final URI uri;
    private final HttpHeaders headers;

    private InstanceRequest(HttpRequest request, URI uri) {
        super(request);
        this.uri = uri;
        this.headers = new HttpHeaders();
        this.headers.putAll(request.getHeaders());
    }

    /** The request to that instance, after the application's transformers. */
    static HttpRequest to(Attempt attempt, HttpRequest request, List<LoadBalancerRequestTransformer> transformers) {
        ServiceInstance instance = attempt.instance();
        URI uri = LoadBalancerUriTools.reconstructURI(instance, request.getURI());
        HttpRequest transformed = new InstanceRequest(request, uri);
        String asked = attempt.askForLoad();
        if (asked != null) {
            transformed.getHeaders().set(Headers.LOAD, asked);
        }
        for (LoadBalancerRequestTransformer transformer : transformers) {
            transformed = transformer.transformRequest(transformed, instance);
        }
        return transformed;
    }

    @Override
    public URI getURI() {
        return uri;
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }
}
