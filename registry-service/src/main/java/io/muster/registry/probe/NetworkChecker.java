package io.muster.registry.probe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.api.Check;
import io.muster.api.Registration;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.health.CheckResult;
import io.muster.registry.security.AllowedNetworks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.client.PrematureCloseException;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

/**
 * Active checks over HTTP, TCP and gRPC. Each opens a connection of its own, so that it finds out whether the instance still
 * takes new ones. Of an answer at most {@value #MAX_BODY_BYTES} bytes are read, and of what it says only statuses are shown.
 * Certificates are not verified: a check sends no secret.
 */
final class NetworkChecker {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_SHOWN_PATH = 64;
    private static final String USER_AGENT = "muster-registry";

    private final ProbeTargets targets;
    private final TcpClient tcp;
    private final HttpClient http;
    private final HttpClient https;
    private final HttpClient grpc;
    private final HttpClient grpcs;
    private final MeterRegistry meters;

    NetworkChecker(LoopResources loops, ProbeTargets targets, MeterRegistry meters) {
        this.targets = targets;
        this.meters = meters;
        this.tcp = TcpClient.newConnection().runOn(loops);
        this.http = HttpClient.create(ConnectionProvider.newConnection()).runOn(loops);
        this.https = http.secure(spec -> spec.sslContext(Certificates.any()));
        this.grpc = http.protocol(HttpProtocol.H2C);
        this.grpcs = http.protocol(HttpProtocol.H2).secure(spec -> spec.sslContext(Certificates.any("h2")));
    }

    CompletionStage<CheckResult> check(InstanceRecord instance) {
        Registration registration = instance.registration();
        Check check = Objects.requireNonNull(registration.check());
        Integer port = check.port();
        Look look = new Look(registration, check, port == null ? registration.port() : port, new AtomicInteger());
        InetAddress address = AllowedNetworks.literal(instance.address());
        if (address == null || AllowedNetworks.isNever(address)) {
            return CompletableFuture.completedFuture(
                    CheckResult.failed("its address is in no network that may be checked"));
        }
        ProbeTargets.Target target = targets.enter(address);
        if (target == null) {
            return CompletableFuture.completedFuture(CheckResult.skipped());
        }
        Timer.Sample begun = Timer.start(meters);
        return Mono.defer(() -> look(look, new InetSocketAddress(address, look.port())))
                .timeout(check.timeout(), Mono.fromSupplier(() -> late(look)))
                .onErrorResume(failure -> Mono.just(failure(look, failure)))
                .doOnNext(result -> begun.stop(timer(check, result)))
                .doFinally(signal -> target.leave())
                .toFuture();
    }

    /** @param status the HTTP status of an answer whose body is still to come; 0 before */
    private record Look(Registration registration, Check check, int port, AtomicInteger status) {
        int timeoutMillis() {
            return (int) check.timeout().toMillis();
        }

        String authority() {
            String host = registration.host();
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }

        String shownPath() {
            String path = Objects.requireNonNullElse(check.path(), "");
            return path.length() <= MAX_SHOWN_PATH ? path : path.substring(0, MAX_SHOWN_PATH) + "...";
        }
    }

    private Mono<CheckResult> look(Look look, InetSocketAddress address) {
        return switch (look.check().type()) {
            case TCP -> tcp(look, address);
            case HTTP -> http(look, address);
            case GRPC -> grpc(look, address);
        };
    }

    private Mono<CheckResult> tcp(Look look, InetSocketAddress address) {
        return tcp.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, look.timeoutMillis())
                .remoteAddress(() -> address)
                .connect()
                .doOnNext(Connection::dispose)
                .thenReturn(CheckResult.passed());
    }

    private Mono<CheckResult> http(Look look, InetSocketAddress address) {
        return to(look, look.registration().secure() ? https : http, address)
                .headers(headers -> headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE))
                .get()
                .uri(Objects.requireNonNull(look.check().path()))
                .response((response, body) -> {
                    look.status().set(response.status().code());
                    // To its end, so that the server sees no broken connection; cut where it has none.
                    return body.map(ByteBuf::readableBytes)
                            .scan(0, Integer::sum)
                            .takeUntil(bytes -> bytes >= MAX_BODY_BYTES)
                            .then(Mono.just(statusVerdict(look)));
                })
                .next();
    }

    private static CheckResult statusVerdict(Look look) {
        int status = look.status().get();
        return look.check().expects(status)
                ? CheckResult.passed()
                : CheckResult.failed("HTTP " + status + " from " + look.shownPath());
    }

    private Mono<CheckResult> grpc(Look look, InetSocketAddress address) {
        byte[] question = GrpcHealth.request(Objects.requireNonNull(look.check().service()));
        return to(look, look.registration().secure() ? grpcs : grpc, address)
                .headers(headers -> headers.set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
                        .set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS)
                        .set("grpc-timeout", look.timeoutMillis() + "m"))
                .post()
                .uri(GrpcHealth.PATH)
                .send((HttpClientRequest request, NettyOutbound out) ->
                        out.send(Mono.just(Unpooled.wrappedBuffer(question))))
                .response((response, body) -> body.collect(ByteArrayOutputStream::new, NetworkChecker::append)
                        .flatMap(answer -> trailers(response, answer.toByteArray())))
                .next();
    }

    private static void append(ByteArrayOutputStream answer, ByteBuf part) {
        if (answer.size() + part.readableBytes() > MAX_BODY_BYTES) {
            throw new IllegalStateException("the answer is longer than " + MAX_BODY_BYTES + " bytes");
        }
        byte[] bytes = new byte[part.readableBytes()];
        part.getBytes(part.readerIndex(), bytes);
        answer.writeBytes(bytes);
    }

    /** An error comes with its status among the headers, without a body. */
    private static Mono<CheckResult> trailers(HttpClientResponse response, byte[] answer) {
        int http = response.status().code();
        String early = response.responseHeaders().get("grpc-status");
        if (early != null || http != 200) {
            return Mono.just(GrpcHealth.verdict(http, early, answer));
        }
        return response.trailerHeaders()
                .defaultIfEmpty(EmptyHttpHeaders.INSTANCE)
                .map(trailers -> GrpcHealth.verdict(http, trailers.get("grpc-status"), answer));
    }

    private static HttpClient to(Look look, HttpClient client, InetSocketAddress address) {
        return client.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, look.timeoutMillis())
                .remoteAddress(() -> address)
                .headers(headers -> headers.set(HttpHeaderNames.HOST, look.authority())
                        .set(HttpHeaderNames.USER_AGENT, USER_AGENT));
    }

    private static CheckResult late(Look look) {
        int status = look.status().get();
        return status == 0
                ? CheckResult.silent("no answer within " + print(look.check().timeout()))
                : CheckResult.failed("HTTP " + status + " from " + look.shownPath() + ", whose body did not end within "
                        + print(look.check().timeout()));
    }

    private static CheckResult failure(Look look, Throwable failure) {
        if (failure instanceof ConnectTimeoutException || failure instanceof TimeoutException) {
            return late(look);
        }
        if (failure instanceof ConnectException
                && String.valueOf(failure.getMessage()).contains("refused")) {
            return CheckResult.failed("connection refused");
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return CheckResult.silent("no way to its host");
        }
        if (failure instanceof SSLException) {
            return CheckResult.failed("no TLS");
        }
        if (failure instanceof PrematureCloseException) {
            return CheckResult.failed("connection closed without an answer");
        }
        return CheckResult.failed("no valid answer");
    }

    private static String print(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    private Timer timer(Check check, CheckResult result) {
        return Timer.builder("muster.server.checks")
                .description("Active checks by type and by what they found")
                .tag("type", check.type().name().toLowerCase(Locale.ROOT))
                .tag("outcome", result.kind().name().toLowerCase(Locale.ROOT))
                .register(meters);
    }
}
