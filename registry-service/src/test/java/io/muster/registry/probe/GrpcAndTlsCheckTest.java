package io.muster.registry.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.api.Check;
import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.registry.health.CheckResult;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** Checks against gRPC's own server and its own health service, and over TLS. */
@Timeout(60)
class GrpcAndTlsCheckTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Check HTTP = new Check(Check.Type.HTTP, null, null, null, null, PATIENCE, PATIENCE, 2, 1);
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path home;

    private static LoopResources loops;
    private static NetworkChecker checker;
    private static KeyManagerFactory keys;
    private static Server plain;
    private static Server encrypted;
    private static Server without;

    @BeforeAll
    static void start() throws Exception {
        loops = LoopResources.create("grpc-test", 1, true);
        checker = new NetworkChecker(loops, new ProbeTargets(), new SimpleMeterRegistry());
        keys = keys();
        plain = builder().addService(health().getHealthService()).build().start();
        encrypted = builder()
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(keys))
                        .build())
                .addService(health().getHealthService())
                .build()
                .start();
        without = builder().build().start();
    }

    @AfterAll
    static void stop() {
        plain.shutdownNow();
        encrypted.shutdownNow();
        without.shutdownNow();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
    }

    @ParameterizedTest
    @CsvSource({
        "'',               ",
        "shop.Serving,     ",
        "shop.NotServing,  gRPC NOT_SERVING",
        "shop.Unheard,     gRPC status NOT_FOUND",
    })
    void itsOwnHealthServiceDecides(String service, String reason) {
        CheckResult expected = reason == null ? CheckResult.passed() : CheckResult.failed(reason);

        assertThat(grpc(plain.getPort(), false, service)).isEqualTo(expected);
        assertThat(grpc(encrypted.getPort(), true, service)).isEqualTo(expected);
    }

    @Test
    void aServerWithoutHealthServiceFails() {
        assertThat(grpc(without.getPort(), false, "")).isEqualTo(CheckResult.failed("gRPC status UNIMPLEMENTED"));
    }

    @Test
    void whoSpeaksSomethingElseFails() {
        DisposableServer http = http(false);
        try {
            assertThat(grpc(http.port(), false, "").kind()).isEqualTo(CheckResult.Kind.FAILED);
            assertThat(grpc(plain.getPort(), true, "").kind()).isEqualTo(CheckResult.Kind.FAILED);
            assertThat(grpc(encrypted.getPort(), false, "").kind()).isEqualTo(CheckResult.Kind.FAILED);
        } finally {
            http.disposeNow();
        }
    }

    @Test
    void aSecureInstanceIsAskedOverTlsWhateverItsCertificate() {
        DisposableServer https = http(true);
        DisposableServer http = http(false);
        try {
            assertThat(run(https.port(), true, HTTP)).isEqualTo(CheckResult.passed());
            assertThat(run(http.port(), true, HTTP).kind()).isEqualTo(CheckResult.Kind.FAILED);
            assertThat(run(https.port(), false, HTTP).kind()).isEqualTo(CheckResult.Kind.FAILED);
        } finally {
            https.disposeNow();
            http.disposeNow();
        }
    }

    private static DisposableServer http(boolean secure) {
        HttpServer server = HttpServer.create().host("127.0.0.1").port(0).runOn(loops);
        if (secure) {
            server = server.secure(spec -> spec.sslContext(context()));
        }
        return server.handle((request, response) -> response.sendString(Mono.just("fine")))
                .bindNow();
    }

    private static io.netty.handler.ssl.SslContext context() {
        try {
            return io.netty.handler.ssl.SslContextBuilder.forServer(keys).build();
        } catch (javax.net.ssl.SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NettyServerBuilder builder() {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static HealthStatusManager health() {
        HealthStatusManager health = new HealthStatusManager();
        Map.of("shop.Serving", ServingStatus.SERVING, "shop.NotServing", ServingStatus.NOT_SERVING)
                .forEach(health::setStatus);
        return health;
    }

    /** A key and a certificate of its own, made by the JDK's tool. */
    private static KeyManagerFactory keys() throws IOException, InterruptedException, GeneralSecurityException {
        Path file = home.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=elsewhere",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as("keytool").isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD);
        return factory;
    }

    private static CheckResult grpc(int port, boolean secure, String service) {
        Check check = new Check(Check.Type.GRPC, null, null, service, null, PATIENCE, PATIENCE, 2, 1);
        return run(port, secure, check);
    }

    private static CheckResult run(int port, boolean secure, Check check) {
        Registration registration =
                new Registration("p", "127.0.0.1", port, secure, InstanceStatus.UP, 100, "", Map.of(), check);
        return NetworkCheckerTest.run(checker, registration);
    }
}
