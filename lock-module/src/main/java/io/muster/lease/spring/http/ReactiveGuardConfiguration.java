package io.muster.lease.spring.http;

import io.muster.lease.http.FenceGate;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Guards endpoints of Spring WebFlux. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
class ReactiveGuardConfiguration {
    private static final String SCHEDULER = "musterFenceScheduler";
    private static final int THREADS = 16;
    private static final int QUEUED = 1000;
    private static final int IDLE_SECONDS = 60;

    // Nobody else's, and no other in its place.
    @Bean(name = SCHEDULER, destroyMethod = "dispose", defaultCandidate = false)
    Scheduler musterFenceScheduler() {
        return Schedulers.newBoundedElastic(THREADS, QUEUED, "muster-lease-http", IDLE_SECONDS, true);
    }

    @Bean
    ReactiveGuard musterReactiveGuard(
            EndpointRules rules,
            ObjectProvider<FenceGate> gate,
            ObjectProvider<RequestMappingHandlerAdapter> adapter,
            @Qualifier(SCHEDULER) Scheduler musterFenceScheduler,
            FenceRefusals refusals) {
        return new ReactiveGuard(
                rules,
                SingletonSupplier.of(gate::getObject),
                SingletonSupplier.of(adapter::getObject),
                musterFenceScheduler,
                refusals);
    }

    @Bean
    SmartInitializingSingleton musterReactiveGuardCheck(
            ConfigurableListableBeanFactory beans,
            EndpointRules rules,
            ObjectProvider<FenceGate> gate,
            ObjectProvider<RequestMappingHandlerMapping> mappings) {
        return () -> {
            List<HandlerMethod> endpoints = mappings.stream()
                    .flatMap(mapping -> mapping.getHandlerMethods().values().stream())
                    .toList();
            new EndpointCheck(beans, rules, gate).check(endpoints, ReactiveGuardConfiguration::obstacle);
        };
    }

    private static Optional<String> obstacle(HandlerMethod endpoint) {
        Class<?> returned = endpoint.getReturnType().getParameterType();
        return Mono.class.isAssignableFrom(returned) || Flux.class.isAssignableFrom(returned)
                ? Optional.empty()
                : Optional.of("it returns " + returned.getName()
                        + " and not a Mono or Flux, which is what carries the token");
    }
}
