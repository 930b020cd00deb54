package io.muster.registry.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.registry.engine.Engine;
import io.muster.registry.security.ConnectionBound;
import io.muster.registry.security.PipeliningBound;
import io.muster.registry.security.SecurityProperties;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.SmartLifecycle;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The proxy's port. It has event loops of its own, so that much traffic does not delay heartbeats. */
public final class ProxyServer implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ProxyServer.class);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final ProxyProperties properties;
    private final SecurityProperties security;
    private final OpenStreams streams;
    private final ProxiedServices services;
    private final String pseudonym;
    private final LongSupplier nanoClock;
    private volatile @Nullable Running running;

    private record Running(DisposableServer server, LoopResources loops, Backends backends, ProxyHandler handler) {}

    /**
     * A proxy that does not listen yet.
     *
     * @param executor of one thread: follows the catalogue
     * @param random names this proxy
     */
    public ProxyServer(
            ProxyProperties properties,
            SecurityProperties security,
            Engine engine,
            MeterRegistry meters,
            LongSupplier nanoClock,
            RandomGenerator random,
            ScheduledExecutorService executor) {
        this.properties = properties;
        this.security = security;
        this.nanoClock = nanoClock;
        this.pseudonym = "muster-" + HexFormat.of().toHexDigits(random.nextInt());
        this.streams = new OpenStreams(properties.timeouts().streamAfterDrain().toNanos());
        this.services = new ProxiedServices(engine, properties, streams, meters, nanoClock, executor);
    }

    /**
     * Listens.
     *
     * @throws IllegalArgumentException when the address is not this machine's alone and nothing is said to be exposed
     */
    @Override
    public void start() {
        InetAddress address = address(properties.listen().address());
        boolean loopback = address.isLoopbackAddress();
        if (!loopback && properties.access().expose().isEmpty()) {
            throw new IllegalArgumentException("muster.server.proxy.access.expose must name the services that may be"
                    + " called, because muster.server.proxy.listen.address is not loopback but "
                    + properties.listen().address());
        }
        LoopResources loops = LoopResources.create("muster-proxy");
        Backends backends = new Backends(properties, loops);
        ProxyHandler handler = new ProxyHandler(
                new ProxyHandler.Parts(
                        new ProxyRouter(properties.listen(), properties.access().expose(), loopback),
                        new ProxyAccess(properties.access().tokens()),
                        services,
                        backends,
                        new ProxyHeaders(pseudonym, properties.access().trustedProxies()),
                        streams,
                        new AccessLog(properties.accessLog())),
                properties,
                loopback,
                nanoClock);
        services.start();
        DisposableServer server = server(address, loops).handle(handler).bindNow();
        running = new Running(server, loops, backends, handler);
        log.info(
                "The proxy takes requests for {} on {}",
                properties.access().expose().isEmpty()
                        ? "all services"
                        : properties.access().expose(),
                server.address());
    }

    private HttpServer server(InetAddress address, LoopResources loops) {
        ConnectionBound connections = new ConnectionBound(security.limits());
        ProxyProperties.Limits limits = properties.limits();
        ProxyProperties.Timeouts timeouts = properties.timeouts();
        int maxHead = (int) limits.maxHead().toBytes();
        RequestSyntax.Bounds bounds = new RequestSyntax.Bounds(
                maxHead,
                limits.maxHeaders(),
                limits.maxBody().toBytes(),
                timeouts.head().toNanos(),
                timeouts.body().toNanos(),
                timeouts.stalled().toNanos());
        return HttpServer.create()
                .host(address.getHostAddress())
                .port(properties.listen().port())
                .runOn(loops)
                // The rules are those of HTTP/1.1; HTTP/2 would need others.
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .idleTimeout(timeouts.idle())
                .channelGroup(new DefaultChannelGroup(GlobalEventExecutor.INSTANCE))
                // A little more than the syntax lets through.
                .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(maxHead + 64)
                        .maxHeaderSize(maxHead + 64)
                        .validateHeaders(true))
                .doOnChannelInit((observer, channel, peer) -> {
                    connections.accept(channel);
                    PipeliningBound.install(channel);
                    CloseAfterAnswer.install(channel);
                    RequestSyntax.install(channel, bounds, nanoClock);
                });
    }

    /** Takes no new connections, ends streams, lets requests end for a moment. */
    @Override
    public void stop() {
        Running current = running;
        running = null;
        if (current == null) {
            return;
        }
        services.stop();
        streams.endAll();
        try {
            current.server().disposeNow(GRACE);
        } catch (IllegalStateException e) {
            log.warn("Requests were still under way after {} and are cut", GRACE, e);
        }
        current.backends().close();
        current.loops().disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(GRACE);
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    /** It ends before the registry's own port does, and begins after it. */
    @Override
    public int getPhase() {
        return WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE + 1;
    }

    /** Where it listens; 0 when it does not. */
    public int port() {
        Running current = running;
        return current == null ? 0 : current.server().port();
    }

    int underWay() {
        Running current = running;
        return current == null ? 0 : current.handler().underWay();
    }

    int openStreams() {
        return streams.size();
    }

    Collection<ProxiedService> services() {
        return List.copyOf(services.all());
    }

    private static InetAddress address(String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "muster.server.proxy.listen.address must be an address of this machine but was " + name, e);
        }
    }
}
