package io.muster.lease.spring.http;

import io.muster.lease.http.FenceGate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Guards endpoints of Spring MVC. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(WebMvcConfigurer.class)
class ServletGuardConfiguration {
    @Bean
    Configurer musterServletGuard(EndpointRules rules, ObjectProvider<FenceGate> gate, FenceRefusals refusals) {
        return new Configurer(new ServletGuard(rules, SingletonSupplier.of(gate::getObject), refusals));
    }

    @Bean
    SmartInitializingSingleton musterServletGuardCheck(
            ConfigurableListableBeanFactory beans,
            EndpointRules rules,
            ObjectProvider<FenceGate> gate,
            ObjectProvider<RequestMappingHandlerMapping> mappings,
            Configurer configurer) {
        return () -> {
            List<HandlerMethod> endpoints = mappings.stream()
                    .flatMap(mapping -> mapping.getHandlerMethods().values().stream())
                    .toList();
            new EndpointCheck(beans, rules, gate).check(endpoints, configurer::obstacle);
        };
    }

    static final class Configurer implements WebMvcConfigurer {
        private final ServletGuard guard;
        private volatile boolean applied;

        Configurer(ServletGuard guard) {
            this.guard = guard;
        }

        @Override
        public void addInterceptors(InterceptorRegistry registry) {
            registry.addInterceptor(guard).order(Ordered.LOWEST_PRECEDENCE);
            applied = true;
        }

        @Override
        public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
            resolvers.add(0, guard);
        }

        private Optional<String> obstacle(HandlerMethod endpoint) {
            if (!applied) {
                return Optional.of(
                        "the application configures Spring MVC by itself and takes no WebMvcConfigurer into account");
            }
            ResolvableType returned = ResolvableType.forMethodParameter(endpoint.getReturnType());
            return isAsynchronous(returned)
                    ? Optional.of(
                            "it returns " + returned
                                    + ", and the token does not follow the work to another thread; return when the work is done")
                    : Optional.empty();
        }

        private static boolean isAsynchronous(ResolvableType returned) {
            Class<?> type = returned.toClass();
            return HttpEntity.class.isAssignableFrom(type)
                    ? isAsynchronous(returned.as(HttpEntity.class).getGeneric())
                    : Stream.of(
                                            Callable.class,
                                            WebAsyncTask.class,
                                            DeferredResult.class,
                                            ResponseBodyEmitter.class,
                                            StreamingResponseBody.class,
                                            Future.class,
                                            CompletionStage.class,
                                            Flow.Publisher.class)
                                    .anyMatch(asynchronous -> asynchronous.isAssignableFrom(type))
                            || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
        }
    }
}
