package io.muster.registry.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.api.Check;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Ruling;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.health.CheckResult;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.netty.resources.LoopResources;

/** Checks over TCP and HTTP against real servers that answer, refuse, hang and lie. */
@Timeout(60)
class NetworkCheckerTest {
    /** For those who are not to answer in time. */
    private static final Duration TIMEOUT = Duration.ofMillis(700);
    /** For those who are to answer, whatever else the machine does. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private static LoopResources loops;
    private static NetworkChecker checker;
    private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable HttpServer server;

    @BeforeAll
    static void create() {
        loops = LoopResources.create("checker-test", 1, true);
        checker = new NetworkChecker(loops, new ProbeTargets(), METERS);
    }

    @AfterAll
    static void dispose() {
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
    }

    @AfterEach
    void stop() {
        over.countDown();
        if (server != null) {
            server.stop(0);
        }
        executor.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({
        "200, 200-399, true",
        "204, 200-399, true",
        "304, 200-399, true",
        "404, 200-399, false",
        "503, 200-399, false",
        "418, 418, true",
        "200, 418, false"
    })
    void theStatusDecides(int status, String expect, boolean passes) throws IOException {
        int port = serve(exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        CheckResult result = check(port, http("/healthz", expect));

        assertThat(result)
                .isEqualTo(passes ? CheckResult.passed() : CheckResult.failed("HTTP " + status + " from /healthz"));
    }

    @Test
    void itAsksForThePathAtTheRegisteredHostOnAConnectionOfItsOwn() throws IOException {
        AtomicReference<String> asked = new AtomicReference<>();
        int port = serve(exchange -> {
            asked.set(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Host") + " "
                    + exchange.getRequestHeaders().getFirst("Connection"));
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            exchange.close();
        });
        Registration elsewhere = Registration.of("p", "localhost", 1);
        Check check = http("/a/b?c=d%20e", "200");
        assertThat(run(elsewhere.withCheck(new Check(
                        check.type(), check.path(), check.expect(), null, port, check.interval(), PATIENCE, 2, 1))))
                .isEqualTo(CheckResult.passed());

        assertThat(asked).hasValue("GET /a/b?c=d%20e localhost:" + port + " close");
    }

    @Test
    void aRedirectIsAnAnswerAndNotFollowed() throws IOException {
        AtomicInteger followed = new AtomicInteger();
        int port = serve(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/target")) {
                followed.incrementAndGet();
            }
            exchange.getResponseHeaders().set("Location", "/target");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });

        assertThat(check(port, http("/", "200-399"))).isEqualTo(CheckResult.passed());
        assertThat(check(port, http("/", "200"))).isEqualTo(CheckResult.failed("HTTP 302 from /"));
        assertThat(followed).hasValue(0);
    }

    @Test
    void noAnswerInTimeIsSilence() throws IOException {
        int port = serve(exchange -> awaitEnd());
        long begun = System.nanoTime();

        assertThat(check(port, http("/", "200", TIMEOUT))).isEqualTo(CheckResult.silent("no answer within 700ms"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(TIMEOUT, TIMEOUT.plus(PATIENCE));
    }

    @Test
    void aBodyWithoutEndIsCut() throws Exception {
        AtomicLong written = new AtomicLong();
        CountDownLatch broken = new CountDownLatch(1);
        int port = serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[8 * 1024];
            try (OutputStream body = exchange.getResponseBody()) {
                while (written.get() < 1L << 32) {
                    body.write(block);
                    written.addAndGet(block.length);
                }
            } catch (IOException e) {
                broken.countDown();
                throw e;
            }
        });

        assertThat(check(port, http("/", "200"))).isEqualTo(CheckResult.passed());
        assertThat(broken.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(written.get()).isLessThan(64L * 1024 * 1024);
    }

    @Test
    void aBodyThatDripsForeverFailsAtTheTimeLimitAndIsNoSilence() throws IOException {
        int port = serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            do {
                body.write('.');
                body.flush();
            } while (!isOverWithin(50));
        });

        // Its head is to come within the time, too.
        assertThat(check(port, http("/drip", "200", Duration.ofSeconds(4))))
                .isEqualTo(CheckResult.failed("HTTP 200 from /drip, whose body did not end within 4s"));
    }

    @Test
    void somethingElseThanHttpIsNoValidAnswer() throws IOException {
        try (ServerSocket socket = listen(10)) {
            executor.execute(() -> answer(socket, "SSH-2.0-OpenSSH_9.2\r\n\r\n"));
            assertThat(check(socket.getLocalPort(), http("/", "200")).kind()).isEqualTo(CheckResult.Kind.FAILED);
            executor.execute(() -> answer(socket, ""));
            assertThat(check(socket.getLocalPort(), http("/", "200")))
                    .isEqualTo(CheckResult.failed("connection closed without an answer"));
        }
    }

    @Test
    void whoAcceptsConnectionsPassesATcpCheck() throws IOException {
        try (ServerSocket socket = listen(10)) {
            assertThat(check(socket.getLocalPort(), tcp())).isEqualTo(CheckResult.passed());
        }
    }

    @Test
    void aRefusedConnectionFails() throws IOException {
        int port;
        try (ServerSocket socket = listen(1)) {
            port = socket.getLocalPort();
        }
        assertThat(check(port, tcp())).isEqualTo(CheckResult.failed("connection refused"));
        assertThat(check(port, http("/", "200"))).isEqualTo(CheckResult.failed("connection refused"));
        assertThat(check(port, grpc())).isEqualTo(CheckResult.failed("connection refused"));
    }

    @Test
    void aFullBacklogIsSilence() throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket socket = listen(1)) {
            fill(socket, waiting);

            assertThat(check(socket.getLocalPort(), tcp(TIMEOUT)))
                    .isEqualTo(CheckResult.silent("no answer within 700ms"));
        } finally {
            for (Socket one : waiting) {
                one.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"169.254.169.254", "fe80::1", "0.0.0.0"})
    void addressesThatNobodyMayHaveAreNotLookedAt(String host) {
        CheckResult result = run(Registration.of("p", host, 80).withCheck(tcp()));

        assertThat(result).isEqualTo(CheckResult.failed("its address is in no network that may be checked"));
    }

    @Test
    void anAddressThatIsLookedAtTooOftenIsSkipped() throws IOException {
        try (ServerSocket socket = listen(10)) {
            NetworkChecker rare = new NetworkChecker(loops, new ProbeTargets(1, 1), METERS);
            Registration registration =
                    Registration.of("p", "127.0.0.1", socket.getLocalPort()).withCheck(tcp());

            assertThat(run(rare, registration)).isEqualTo(CheckResult.passed());
            // The next second has another look to give.
            await().until(() -> run(rare, registration), CheckResult.skipped()::equals);
        }
    }

    @Test
    void checksAreCountedByTypeAndOutcome() throws IOException {
        try (ServerSocket socket = listen(10)) {
            double before = counted("passed");
            check(socket.getLocalPort(), tcp());
            assertThat(counted("passed")).isEqualTo(before + 1);
        }
    }

    private static double counted(String outcome) {
        var timer = METERS.find("muster.server.checks")
                .tags("type", "tcp", "outcome", outcome)
                .timer();
        return timer == null ? 0 : timer.count();
    }

    /** Connects until the kernel takes no more. */
    private static void fill(ServerSocket socket, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 100; i++) {
            Socket one = new Socket();
            waiting.add(one);
            try {
                one.connect(socket.getLocalSocketAddress(), 300);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("a backlog of 1 took 100 connections");
    }

    private static void answer(ServerSocket socket, String text) {
        try (Socket one = socket.accept()) {
            assertThat(one.getInputStream().read()).isPositive();
            one.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void awaitEnd() {
        while (!isOverWithin(1_000)) {
            // Hangs on.
        }
    }

    private boolean isOverWithin(long millis) {
        try {
            return over.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private int serve(Handler handler) throws IOException {
        HttpServer created = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        created.setExecutor(executor);
        created.createContext("/", handler::handle);
        created.start();
        server = created;
        return created.getAddress().getPort();
    }

    private static ServerSocket listen(int backlog) throws IOException {
        return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    }

    private static Check http(String path, String expect) {
        return http(path, expect, PATIENCE);
    }

    private static Check http(String path, String expect, Duration timeout) {
        return new Check(Check.Type.HTTP, path, expect, null, null, INTERVAL, timeout, 2, 1);
    }

    private static Check tcp() {
        return tcp(PATIENCE);
    }

    private static Check tcp(Duration timeout) {
        return new Check(Check.Type.TCP, null, null, null, null, INTERVAL, timeout, 2, 1);
    }

    private static Check grpc() {
        return new Check(Check.Type.GRPC, null, null, null, null, INTERVAL, PATIENCE, 2, 1);
    }

    private static CheckResult check(int port, Check check) {
        return run(Registration.of("p", "127.0.0.1", port).withCheck(check));
    }

    private static CheckResult run(Registration registration) {
        return run(checker, registration);
    }

    static CheckResult run(NetworkChecker checker, Registration registration) {
        InstanceKey key = new InstanceKey(new ServiceKey("default", "orders"), "a");
        String address = registration.host().equals("localhost") ? "127.0.0.1" : registration.host();
        InstanceRecord record =
                new InstanceRecord(key, new Position(1, 1), registration, "x", address, Checks.PENDING, Ruling.NONE);
        return checker.check(record)
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }
}
