package io.muster.benchmarks.pick;

import io.muster.client.spring.loadbalancer.StarterCalls;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.BlockingLoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;

/**
 * What does a balanced client of Spring's pay for the choice, with the starter and without? {@code ./bench pick starter}
 *
 * <p>Both are configured as in an application that says nothing of it: the starter chooses by peak EWMA, Spring by round robin
 * over a cached list.
 */
@State(Scope.Benchmark)
public class StarterCost {
    private static final byte[] NO_BODY = {};
    private static final ClientHttpRequestExecution NO_NETWORK = (request, body) -> new EmptyHttpResponse();

    /** How many endpoints there are to choose from. */
    @Param({"10", "100", "1000"})
    public int endpoints;

    @SuppressWarnings("NullAway.Init") // open() runs first.
    private Application starter;

    @SuppressWarnings("NullAway.Init") // open() runs first.
    private Application spring;

    @SuppressWarnings("NullAway.Init") // open() runs first.
    private StarterCalls calls;

    @SuppressWarnings("NullAway.Init") // open() runs first.
    private HttpRequest request;

    /** What an application has for its balanced calls. */
    private record Application(
            ConfigurableApplicationContext context,
            LoadBalancerClient client,
            BlockingLoadBalancerInterceptor interceptor) {
        static Application of(ConfigurableApplicationContext context) {
            return new Application(
                    context,
                    context.getBean(LoadBalancerClient.class),
                    context.getBean(BlockingLoadBalancerInterceptor.class));
        }
    }

    /** Configures both. */
    @Setup
    public void open() throws IOException, InterruptedException {
        starter = Application.of(SpringContexts.starter(endpoints));
        spring = Application.of(SpringContexts.springCloud(endpoints, Map.of()));
        calls = new StarterCalls(starter.context());
        request = new JdkClientHttpRequestFactory()
                .createRequest(URI.create("http://" + Fleet.SERVICE + "/orders/1"), HttpMethod.GET);
        for (int i = 0; i < 20 * endpoints; i++) {
            calls.cycle(request);
        }
        Objects.requireNonNull(spring.client().choose(Fleet.SERVICE));
    }

    /** Ends both. */
    @TearDown
    public void close() {
        starter.context().close();
        spring.context().close();
    }

    /** Chooses as the starter's interceptor does. */
    @Benchmark
    public ServiceInstance choose() throws InterruptedException {
        return calls.choose(request);
    }

    /** Chooses, starts and ends a request as the starter's interceptor does. */
    @Benchmark
    public ServiceInstance call() throws InterruptedException {
        return calls.cycle(request);
    }

    /** Chooses, starts and ends a request as Spring's interceptor does: hints, lifecycles, choice. */
    @Benchmark
    public ServiceInstance springCall() throws IOException {
        return spring.client().execute(Fleet.SERVICE, instance -> instance);
    }

    /** The starter's choice for whoever asks through Spring's API. */
    @Benchmark
    public @Nullable ServiceInstance chooseThroughSpring() {
        return starter.client().choose(Fleet.SERVICE);
    }

    /** The starter's whole interceptor with an answer at hand. */
    @Benchmark
    public int intercept() throws IOException {
        return intercept(starter);
    }

    /** Spring's whole interceptor with an answer at hand. */
    @Benchmark
    public int springIntercept() throws IOException {
        return intercept(spring);
    }

    private int intercept(Application application) throws IOException {
        try (ClientHttpResponse response = application.interceptor().intercept(request, NO_BODY, NO_NETWORK)) {
            return response.getStatusCode().value();
        }
    }
}
