package io.muster.registry.probe;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.Identity;
import io.muster.api.JsonCodec;
import io.muster.api.ProblemException;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.Prober;
import io.muster.registry.security.AllowedNetworks;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

/**
 * Probes over TCP and HTTP. A bounded number is under way, active checks left aside, and of one owner's instances a quarter of
 * that; beyond it an instance is skipped. Whoever registers says where to probe, so a host is not resolved again but looked at
 * where its registration found it, each address only so often, and nothing of an answer is shown to anybody.
 */
public final class NetworkProber implements Prober {
    private static final Logger log = LoggerFactory.getLogger(NetworkProber.class);
    private static final int MAX_IDENTITY_BYTES = 1024;
    private static final Duration TIMEOUT = Duration.ofMillis(1_500);

    private final ProbeTargets targets;
    private final TcpClient tcp;
    private final HttpClient http;
    private final HttpClient https;
    private final NetworkChecker checker;
    private final ProbePermits permits = new ProbePermits();

    /**
     * @param loops where probes run
     * @param targets bounds how often each address is looked at
     * @param meters count active checks and how long they take
     */
    public NetworkProber(LoopResources loops, ProbeTargets targets, MeterRegistry meters) {
        this.checker = new NetworkChecker(loops, targets, meters);
        this.targets = targets;
        int timeoutMillis = (int) TIMEOUT.toMillis();
        this.tcp = TcpClient.newConnection().runOn(loops).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis);
        this.http = HttpClient.create(ConnectionProvider.newConnection())
                .runOn(loops)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .responseTimeout(TIMEOUT);
        this.https = http.secure(spec -> spec.sslContext(Certificates.any()));
    }

    /**
     * Loads what probes need, so that the first death is seen as fast as any other: connects to this server's own port, and to
     * one that refuses. Never fails.
     *
     * @param port where this server listens
     */
    public CompletionStage<Void> warmUp(int port) {
        InetAddress here = InetAddress.getLoopbackAddress();
        return Mono.when(
                        http.warmup(),
                        tcp.warmup().then(attempt(new InetSocketAddress(here, port))),
                        Mono.using(
                                NetworkProber::boundOnly,
                                bound -> attempt(new InetSocketAddress(here, bound.getLocalPort())),
                                NetworkProber::close))
                .timeout(TIMEOUT)
                .onErrorResume(failure -> {
                    log.debug("The first probes failed", failure);
                    return Mono.empty();
                })
                .toFuture();
    }

    @Override
    public CompletionStage<Finding> connect(InstanceRecord instance) {
        return probe(instance, this::connect);
    }

    private Mono<Finding> connect(InetSocketAddress address) {
        return tcp.remoteAddress(() -> address)
                .connect()
                .doOnNext(Connection::dispose)
                .thenReturn(Finding.ACCEPTED);
    }

    private Mono<Finding> attempt(InetSocketAddress address) {
        return connect(address).onErrorResume(failure -> Mono.just(found(failure)));
    }

    /** A port that nobody else gets, and on which nobody listens. */
    private static Socket boundOnly() throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return socket;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("A socket could not be closed", e);
        }
    }

    @Override
    public CompletionStage<Finding> identify(InstanceRecord instance) {
        HttpClient client = instance.registration().secure() ? https : http;
        return probe(
                instance,
                address -> client.remoteAddress(() -> address)
                        .get()
                        .uri(Identity.PATH)
                        .responseSingle(
                                (response, body) -> response.status().code() == 200 ? bounded(body) : Mono.empty())
                        .map(json -> isIdentity(instance, json) ? Finding.CONFIRMED : Finding.ACCEPTED)
                        .defaultIfEmpty(Finding.ACCEPTED));
    }

    @Override
    public CompletionStage<CheckResult> check(InstanceRecord instance) {
        return checker.check(instance);
    }

    private CompletionStage<Finding> probe(InstanceRecord instance, Probe probe) {
        InetAddress address = AllowedNetworks.literal(instance.address());
        if (address == null || AllowedNetworks.isNever(address)) {
            return CompletableFuture.completedFuture(Finding.SILENT);
        }
        String owner = instance.owner();
        if (!permits.enter(owner)) {
            return CompletableFuture.completedFuture(Finding.SKIPPED);
        }
        ProbeTargets.Target target = targets.enter(address);
        if (target == null) {
            permits.leave(owner);
            return CompletableFuture.completedFuture(Finding.SKIPPED);
        }
        InetSocketAddress socket =
                new InetSocketAddress(address, instance.registration().port());
        return Mono.defer(() -> probe.run(socket))
                .timeout(TIMEOUT)
                .onErrorResume(failure -> {
                    log.debug("Probe of {} failed", instance.key(), failure);
                    return Mono.just(found(failure));
                })
                .defaultIfEmpty(Finding.SILENT)
                .doFinally(signal -> {
                    target.leave();
                    permits.leave(owner);
                })
                .toFuture();
    }

    private static Mono<byte[]> bounded(ByteBufMono body) {
        return body.asByteArray().filter(bytes -> bytes.length <= MAX_IDENTITY_BYTES);
    }

    private static boolean isIdentity(InstanceRecord instance, byte[] json) {
        try {
            Identity identity = JsonCodec.client().decode(json, Identity.class).value();
            return identity.id().equals(instance.key().id())
                    && identity.generation().equals(instance.generation());
        } catch (ProblemException e) {
            return false;
        }
    }

    private static Finding found(Throwable failure) {
        return isRefused(failure) ? Finding.REFUSED : Finding.SILENT;
    }

    private static boolean isRefused(Throwable failure) {
        // A time limit of the connection is a ConnectException, too.
        return failure instanceof ConnectException
                && !(failure instanceof io.netty.channel.ConnectTimeoutException)
                && String.valueOf(failure.getMessage()).contains("refused");
    }

    private interface Probe {
        Mono<Finding> run(InetSocketAddress address);
    }
}
