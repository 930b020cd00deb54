package io.muster.client.spring.registration;

import io.muster.client.ClientConfig;
import io.muster.client.Discovery;
import io.muster.client.RegistryClient;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.client.spring.RegistryProperties;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Registers this process, unless {@code muster.instance.enabled} or
 * {@code spring.cloud.service-registry.auto-registration.enabled} is false, or the user brings an
 * {@link AutoServiceRegistration}.
 */
@AutoConfiguration(
        after = {MusterClientAutoConfiguration.class, UtilAutoConfiguration.class},
        afterName = MusterClientAutoConfiguration.GOSSIP,
        before = AutoServiceRegistrationAutoConfiguration.class)
@ConditionalOnBean(Discovery.class)
@ConditionalOnMissingBean(AutoServiceRegistration.class)
@ConditionalOnProperty(
        name = {"muster.instance.enabled", "spring.cloud.service-registry.auto-registration.enabled"},
        matchIfMissing = true)
@EnableConfigurationProperties({RegistryProperties.class, InstanceProperties.class})
public final class MusterRegistrationAutoConfiguration {
    private static final Duration PAUSE_BETWEEN_LOOKUPS = Duration.ofMillis(500);

    @Bean
    LocalInstance musterLocalInstance(
            Discovery discovery,
            ObjectProvider<RegistryClient> client,
            InstanceProperties properties,
            Environment environment,
            ObjectProvider<InetUtils> inetUtils,
            ObjectProvider<ApplicationAvailability> availability) {
        InstanceDescription description = new InstanceDescription(properties, environment, UUID::randomUUID);
        LocalInstance instance = new LocalInstance(
                discovery, description, host(client.getIfAvailable(), properties, environment, inetUtils));
        availability.ifAvailable(a -> instance.ready(a.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC));
        return instance;
    }

    @Bean
    WebServerPort musterWebServerPort() {
        return new WebServerPort();
    }

    @Bean
    ReadinessListener musterReadinessListener(LocalInstance instance, ApplicationContext context) {
        return new ReadinessListener(instance, context);
    }

    @Bean
    RegisterLifecycle musterRegisterLifecycle(
            LocalInstance instance,
            WebServerPort webServer,
            InstanceProperties properties,
            ObjectProvider<RegistryClient> client,
            RegistryProperties registry,
            Environment environment,
            ApplicationEventPublisher events) {
        Integer configured = properties.port();
        Supplier<OptionalInt> port = configured == null ? webServer::get : () -> OptionalInt.of(configured);
        // Listeners of the event may block, and this is called on the client's event thread.
        Consumer<LocalInstance> announcement = registered -> thread("muster-registered")
                .execute(() -> events.publishEvent(new InstanceRegisteredEvent<>(registered, registered)));
        Farewell farewell = new Farewell(properties.drainTimeout(), properties.drainSettle());
        WarmUp warmUp = new WarmUp(properties.warmUp(), environment);
        Runnable first = () -> webServer.get().ifPresent(warmUp::run);
        RegistryClient connection = client.getIfAvailable();
        ClientConfig failFast = registry.failFast() && connection != null ? connection.config() : null;
        return new RegisterLifecycle(instance, port, failFast, first, farewell, announcement);
    }

    @Bean
    DeregisterLifecycle musterDeregisterLifecycle(LocalInstance instance) {
        return new DeregisterLifecycle(instance);
    }

    /** For servlet applications. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(OncePerRequestFilter.class)
    static class ServletConfiguration {
        @Bean
        FilterRegistrationBean<InstanceFilter> musterInstanceFilter(LocalInstance instance) {
            FilterRegistrationBean<InstanceFilter> filter =
                    new FilterRegistrationBean<>(new InstanceFilter(instance, new ServerLoad()));
            filter.setAsyncSupported(true);
            filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return filter;
        }
    }

    /** For WebFlux applications. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class ReactiveConfiguration {
        @Bean
        InstanceWebFilter musterInstanceWebFilter(LocalInstance instance) {
            return new InstanceWebFilter(instance, new ServerLoad());
        }
    }

    private static Supplier<CompletableFuture<String>> host(
            @Nullable RegistryClient client,
            InstanceProperties properties,
            Environment environment,
            ObjectProvider<InetUtils> inetUtils) {
        String configured = properties.host();
        if (configured != null) {
            return () -> CompletableFuture.completedFuture(configured);
        }
        if (client == null) {
            // Where gossip reaches this process, callers do, too.
            String address = environment.getProperty("muster.gossip.address", "127.0.0.1");
            return () -> CompletableFuture.completedFuture(address);
        }
        HostLookup lookup = new HostLookup(
                client.config().registryUrls(),
                () -> inetUtils.getObject().findFirstNonLoopbackHostInfo().getIpAddress(),
                thread("muster-host-lookup"),
                PAUSE_BETWEEN_LOOKUPS);
        return lookup::find;
    }

    /** Runs each task on a daemon thread of its own: they are few in a process's life. */
    private static Executor thread(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }
}
