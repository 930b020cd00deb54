package io.muster.benchmarks.calls;

import io.muster.benchmarks.calls.Trace.Entry;
import io.muster.benchmarks.calls.Trace.Kind;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** One client application: it may call, and its picker and its view can be asked. */
final class Caller {
    private static final String TARGET = "http://" + Calls.SERVICE + "/work?millis={millis}";
    private static final long THINK_MILLIS = 60;

    private final int number;
    private final Trace trace;
    private final ConfigurableApplicationContext context;
    private final LoadBalancerClient balancer;
    private final DiscoveryClient discovery;

    Caller(int number, ConfigurableApplicationContext context, Trace trace) {
        this.number = number;
        this.context = context;
        this.trace = trace;
        this.balancer = context.getBean(LoadBalancerClient.class);
        this.discovery = context.getBean(DiscoveryClient.class);
    }

    /** Sends requests one after the other until it is interrupted; odd clients use WebClient, even ones RestClient. */
    void call(Profile profile, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Attempt attempt = new Attempt();
        Exchange exchange = number % 2 == 0 ? restClient(attempt) : webClient(attempt);
        while (!Thread.currentThread().isInterrupted()) {
            HttpMethod method = random.nextInt(10) < 6 ? HttpMethod.GET : HttpMethod.POST;
            boolean read = method.equals(HttpMethod.GET);
            int millis = profile.millis(random);
            long start = System.nanoTime();
            attempt.port = 0;
            Kind kind;
            try {
                exchange.send(method, millis);
                kind = read ? Kind.GET : Kind.POST;
            } catch (RuntimeException e) {
                System.err.println(
                        "FAILED " + number + " " + method + " :" + attempt.port + " " + root(e) + " " + start);
                kind = read ? Kind.GET_FAILED : Kind.POST_FAILED;
            }
            trace.add(new Entry(kind, number, attempt.port, start, System.nanoTime()));
            try {
                TimeUnit.MILLISECONDS.sleep(random.nextLong(THINK_MILLIS));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root).replace('\n', ' ');
    }

    private Exchange restClient(Attempt attempt) {
        RestClient client = context.getBean(RestClient.Builder.class)
                .clone()
                .requestInterceptor((request, body, execution) -> {
                    attempted(attempt, request.getURI().getPort());
                    return execution.execute(request, body);
                })
                .build();
        return (method, millis) ->
                client.method(method).uri(TARGET, millis).retrieve().toBodilessEntity();
    }

    private Exchange webClient(Attempt attempt) {
        WebClient client = context.getBean(WebClient.Builder.class)
                .clone()
                .filter((request, next) -> {
                    attempted(attempt, request.url().getPort());
                    return next.exchange(request);
                })
                .build();
        return (method, millis) -> client.method(method)
                .uri(TARGET, millis)
                .retrieve()
                .onStatus(
                        status -> !status.is2xxSuccessful(),
                        response -> Mono.error(new IllegalStateException("answered " + response.statusCode())))
                .toBodilessEntity()
                .block();
    }

    private void attempted(Attempt attempt, int port) {
        long now = System.nanoTime();
        attempt.port = port;
        trace.add(new Entry(Kind.PICK, number, port, now, now));
    }

    /** Asks the picker where a request would go now. */
    void pick() {
        long start = System.nanoTime();
        ServiceInstance chosen = balancer.choose(Calls.SERVICE);
        trace.add(new Entry(Kind.PICK, number, chosen == null ? 0 : chosen.getPort(), start, System.nanoTime()));
    }

    /** Notes which of the ports the view holds. */
    void look(List<Integer> ports) {
        long start = System.nanoTime();
        int seen = 0;
        for (ServiceInstance instance : discovery.getInstances(Calls.SERVICE)) {
            int index = ports.indexOf(instance.getPort());
            seen |= index < 0 ? 0 : 1 << index;
        }
        trace.add(new Entry(Kind.VIEW, number, seen, start, System.nanoTime()));
    }

    /** Whether its view holds as many instances. */
    boolean sees(int count) {
        return discovery.getInstances(Calls.SERVICE).size() >= count;
    }

    void close() {
        context.close();
    }

    /** The port that the last attempt of a thread's request went to; written by whichever thread sends it. */
    private static final class Attempt {
        private volatile int port;
    }

    @FunctionalInterface
    private interface Exchange {
        @Nullable
        Object send(HttpMethod method, int millis);
    }
}
