package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.InstanceStatus;
import io.muster.client.TestViews;
import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpRequest;
import org.springframework.web.reactive.function.client.ClientRequest;
import reactor.core.Disposable;

/** What Spring Cloud promises to applications that look on: lifecycles and transformers. */
class SpringContractTest {
    private static BalancedApplication application;

    private Events events;

    @BeforeAll
    static void startApplication() {
        application = BalancedApplication.runWith(Observers.class);
    }

    @AfterAll
    static void stopApplication() {
        application.close();
    }

    @BeforeEach
    void clear() {
        events = application.context().getBean(Events.class);
        events.seen.clear();
    }

    @AfterEach
    void stopBackends() {
        application.stopBackends();
    }

    @ParameterizedTest
    @EnumSource
    void tellsLifecyclesOfEachAttempt(ClientKind kind) {
        Backend good = application.backend(Behaviour.ANSWER);
        String service =
                "told-" + kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        application.publish(
                service,
                TestViews.instance("gone", Backend.refusingPort(), InstanceStatus.UP),
                TestViews.instance(good.id(), good.port(), InstanceStatus.UP));

        // Round robin starts anywhere: one of two calls meets the one that refuses.
        ClientKind.Caller caller = kind.of(application.context(), service);
        caller.get();
        if (application.report(service).retries() == 0) {
            events.seen.clear();
            caller.get();
        }

        assertThat(events.seen)
                .containsExactly(
                        "start",
                        "request gone",
                        "FAILED gone",
                        "start",
                        "request " + good.id(),
                        "SUCCESS " + good.id() + " 200 OK");
    }

    @ParameterizedTest
    @EnumSource(names = {"REST_CLIENT_JDK", "WEB_CLIENT_REACTOR"})
    void tellsLifecyclesThatNobodyTookACall(ClientKind kind) {
        application.publish("nobody", new Backend[0]);

        assertThatThrownBy(kind.of(application.context(), "nobody")::get).isInstanceOf(RuntimeException.class);

        assertThat(events.seen).containsExactly("start", "DISCARD -");
    }

    @Test
    void tellsLifecyclesOfACancellation() {
        Backend silent = application.backend(Behaviour.SILENT);
        application.publish("silent", silent);

        Disposable call = ClientKind.webClient(application.context(), false, Duration.ofSeconds(20))
                .build()
                .get()
                .uri("http://silent/")
                .retrieve()
                .toBodilessEntity()
                .subscribe();
        await().until(() -> !silent.requests().isEmpty());
        call.dispose();

        assertThat(events.seen).containsExactly("start", "request backend0", "FAILED backend0");
    }

    @ParameterizedTest
    @EnumSource
    void appliesTransformersToEachRequest(ClientKind kind) {
        Backend backend = application.backend(Behaviour.ANSWER);
        application.publish("signed", backend);

        kind.of(application.context(), "signed").get();

        assertThat(backend.requests()).containsExactly("GET /x for-backend0");
    }

    /** What the lifecycle saw. */
    static final class Events {
        private final List<String> seen = new CopyOnWriteArrayList<>();
    }

    @Configuration(proxyBeanMethods = false)
    static class Observers {
        @Bean
        Events events() {
            return new Events();
        }

        @Bean
        LoadBalancerLifecycle<Object, Object, ServiceInstance> lifecycle(Events events) {
            return new LoadBalancerLifecycle<>() {
                @Override
                public void onStart(Request<Object> request) {
                    events.seen.add("start");
                }

                @Override
                public void onStartRequest(Request<Object> request, Response<ServiceInstance> response) {
                    events.seen.add("request " + response.getServer().getInstanceId());
                }

                @Override
                public void onComplete(CompletionContext<Object, ServiceInstance, Object> completion) {
                    Response<ServiceInstance> chosen = completion.getLoadBalancerResponse();
                    String instance = chosen.hasServer() ? chosen.getServer().getInstanceId() : "-";
                    Object response = completion.getClientResponse();
                    String status = response instanceof ResponseData data ? " " + data.getHttpStatus() : "";
                    events.seen.add(completion.status() + " " + instance + status);
                }
            };
        }

        @Bean
        LoadBalancerLifecycle<Object, Object, ServiceInstance> failingLifecycle() {
            return new LoadBalancerLifecycle<>() {
                @Override
                public void onStart(Request<Object> request) {
                    throw new IllegalStateException("an observer fails");
                }

                @Override
                public void onStartRequest(Request<Object> request, Response<ServiceInstance> response) {
                    throw new IllegalStateException("an observer fails");
                }

                @Override
                public void onComplete(CompletionContext<Object, ServiceInstance, Object> completion) {
                    throw new IllegalStateException("an observer fails");
                }
            };
        }

        @Bean
        LoadBalancerRequestTransformer blockingTransformer() {
            return (HttpRequest request, ServiceInstance instance) -> {
                request.getHeaders().add("X-Signature", "for-" + instance.getInstanceId());
                return request;
            };
        }

        @Bean
        LoadBalancerClientRequestTransformer reactiveTransformer() {
            return (request, instance) -> ClientRequest.from(request)
                    .header("X-Signature", "for-" + instance.getInstanceId())
                    .build();
        }
    }
}
