package io.muster.registry;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.Position;
import io.muster.registry.backup.Backups;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.standalone.SettingsStore;
import io.muster.registry.engine.standalone.StandaloneConfig;
import io.muster.registry.engine.standalone.StandaloneEngine;
import io.muster.registry.health.HealthConfig;
import io.muster.registry.health.Prober;
import io.muster.registry.lease.LeaseEvents;
import io.muster.registry.probe.NetworkProber;
import io.muster.registry.probe.ProbeTargets;
import io.muster.registry.watch.ServiceEncoder;
import io.muster.registry.watch.WatchConfig;
import io.muster.registry.watch.WatchHub;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.embedded.netty.NettyRouteProvider;
import org.springframework.boot.web.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.boot.web.reactive.server.ReactiveWebServerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/** Puts the server's parts together; the one place where clocks, randomness and threads come from. */
@Configuration(proxyBeanMethods = false)
class RegistryConfiguration {
    @Bean
    LongSupplier nanoClock() {
        return System::nanoTime;
    }

    /** Where tokens begin, and what people are told; it measures nothing. */
    @Bean
    InstantSource wallClock() {
        return InstantSource.system();
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledThreadPoolExecutor deadlineExecutor() {
        return singleThread("muster-deadlines");
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledThreadPoolExecutor watchExecutor() {
        return singleThread("muster-watch");
    }

    @Bean(destroyMethod = "shutdown")
    ExecutorService settingsExecutor() {
        return singleThread("muster-settings");
    }

    @Bean
    NetworkProber prober(ReactorResourceFactory resources, MeterRegistry meters) {
        return new NetworkProber(resources.getLoopResources(), new ProbeTargets(), meters);
    }

    static HealthConfig health(RegistryProperties properties) {
        return new HealthConfig(
                properties.ttl().toNanos(),
                properties.removeAfter().toNanos(),
                properties.silenceHold().toNanos());
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    @ConditionalOnProperty(name = "muster.server.engine", havingValue = "standalone", matchIfMissing = true)
    Engine engine(
            RegistryProperties properties,
            Prober prober,
            LongSupplier nanoClock,
            ScheduledThreadPoolExecutor deadlineExecutor,
            ExecutorService settingsExecutor) {
        StandaloneConfig config = new StandaloneConfig(
                health(properties),
                properties.limits().maxInstances(),
                properties.limits().rememberedChanges());
        long epoch = new SecureRandom().nextLong(1, Position.MAX_VALUE);
        Path dataDir = properties.dataDir().isBlank()
                ? null
                : Path.of(properties.dataDir()).toAbsolutePath();
        SettingsStore settings = new SettingsStore(dataDir, settingsExecutor);
        return new StandaloneEngine(
                config, epoch, prober, settings, nanoClock, InstantSource.system(), deadlineExecutor);
    }

    @Bean
    Backups backups(ReplicationProperties replication, InstantSource wallClock) {
        boolean cluster = replication.engine() == ReplicationProperties.Kind.RAFT;
        return new Backups(cluster ? replication.raft().cluster() : Backups.STANDALONE, wallClock);
    }

    @Bean
    ServiceEncoder serviceEncoder(Engine engine) {
        return new ServiceEncoder(engine.view());
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    WatchHub watchHub(
            Engine engine,
            ServiceEncoder encoder,
            RegistryProperties properties,
            LongSupplier nanoClock,
            ScheduledThreadPoolExecutor watchExecutor) {
        WatchConfig config = new WatchConfig(
                properties.gather(),
                properties.keepAlive(),
                properties.limits().stalledAfter(),
                properties.ttl(),
                properties.limits().maxStreams());
        return new WatchHub(engine, encoder, config, nanoClock, watchExecutor);
    }

    /** Event loops of its own: the global ones would end with whoever else in this process ends first. */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setShutdownQuietPeriod(Duration.ZERO);
        resources.setShutdownTimeout(Duration.ofSeconds(1));
        return resources;
    }

    /** The server runs on Reactor Netty, whatever else is on the class path. */
    @Bean
    ReactiveWebServerFactory reactiveWebServerFactory(
            ReactorResourceFactory resources, ObjectProvider<NettyRouteProvider> routes) {
        NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory();
        factory.setResourceFactory(resources);
        routes.orderedStream().forEach(factory::addRouteProviders);
        return factory;
    }

    @Bean
    ApplicationListener<ReactiveWebServerInitializedEvent> reachability(Engine engine, NetworkProber prober) {
        return event -> {
            if (event.getApplicationContext().getServerNamespace() == null) {
                engine.reachable();
                CompletionStage<Void> unused =
                        prober.warmUp(event.getWebServer().getPort());
            }
        };
    }

    @Bean
    StreamLifecycle streamLifecycle(WatchHub hub, ObjectProvider<LeaseEvents> leases) {
        return new StreamLifecycle(hub, leases);
    }

    static ScheduledThreadPoolExecutor singleThread(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
