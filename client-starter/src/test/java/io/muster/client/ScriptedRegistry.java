package io.muster.client;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.api.ChangeEvent;
import io.muster.api.Headers;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import io.muster.api.WatcherEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that does what a test tells it, right or wrong. Every call is noted; a stream waits for the test's words. */
final class ScriptedRegistry implements AutoCloseable {
    static final Answer HANG = new Answer(0, Map.of(), "");
    static final Answer STREAM = new Answer(-1, Map.of(), "");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "scripted-registry");
        thread.setDaemon(true);
        return thread;
    });
    private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
    private final List<Stream> allStreams = new CopyOnWriteArrayList<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Script script = ScriptedRegistry::usual;

    /** @param cameNanos when it had been read */
    record Request(String method, String path, String query, Map<String, String> headers, String body, long cameNanos) {
        boolean is(String wantedMethod, String pathPart) {
            return method.equals(wantedMethod) && path.contains(pathPart);
        }
    }

    record Answer(int status, Map<String, String> headers, String body) {
        static Answer of(int status) {
            return new Answer(status, Map.of(), "");
        }

        static Answer json(int status, String body) {
            return new Answer(status, Map.of("Content-Type", "application/json"), body);
        }
    }

    @FunctionalInterface
    interface Script {
        Answer answer(Request request) throws Exception;
    }

    ScriptedRegistry() {
        this(0);
    }

    /** On a port that was another one's until now. */
    ScriptedRegistry(int port) {
        server = bind(port);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A connection that this machine made to somewhere else may have taken the port for a moment. */
    private static HttpServer bind(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return await().atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsInstanceOf(BindException.class)
                .until(() -> HttpServer.create(address, 0), created -> true);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int port() {
        return server.getAddress().getPort();
    }

    void script(Script newScript) {
        script = newScript;
    }

    /** What a registry of epoch 1 answers that knows everybody. */
    static Answer usual(Request request) {
        if (request.path().equals("/v1/watch")) {
            return STREAM;
        }
        if (request.is("PUT", "/instances/") || request.is("PATCH", "/instances/")) {
            return registered("1:7", 60_000);
        }
        return request.is("POST", "/v1/heartbeats") ? Answer.json(200, "{\"unknown\":[]}") : Answer.of(204);
    }

    static Answer registered(String generation, long heartbeatMillis) {
        return Answer.json(
                200,
                "{\"generation\":\"" + generation + "\",\"heartbeatMillis\":" + heartbeatMillis
                        + ",\"ttlMillis\":15000}");
    }

    List<Request> requests(String method, String pathPart) {
        return requests.stream().filter(request -> request.is(method, pathPart)).toList();
    }

    /** The next stream that a client opened. */
    Stream nextStream() throws InterruptedException {
        return Objects.requireNonNull(streams.poll(30, TimeUnit.SECONDS), "no stream was opened");
    }

    /** Names a watcher on each stream that is opened, until the client has heard of one. */
    void speakUntilConnected(RegistryClient client) {
        await().atMost(Duration.ofSeconds(40))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    Stream opened = streams.poll();
                    if (opened != null) {
                        opened.watcher("late", "1:0");
                    }
                    return client.state().connected();
                });
    }

    boolean hasNoFurtherStream() {
        return streams.isEmpty();
    }

    @Override
    public void close() {
        over.countDown();
        allStreams.forEach(Stream::cut);
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
        URI uri = exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Request request = new Request(
                exchange.getRequestMethod(),
                uri.getPath(),
                uri.getRawQuery() == null ? "" : uri.getRawQuery(),
                headers,
                body,
                System.nanoTime());
        requests.add(request);
        try {
            answer(exchange, request, script.answer(request));
        } catch (Exception e) {
            exchange.close();
        }
    }

    private void answer(HttpExchange exchange, Request request, Answer answer) throws Exception {
        if (answer.equals(HANG)) {
            over.await();
        } else if (answer.equals(STREAM)) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            Stream stream = new Stream(exchange, request);
            allStreams.add(stream);
            streams.add(stream);
            stream.ended.await();
        } else {
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    /** One open stream. */
    static final class Stream {
        private final HttpExchange exchange;
        private final Request request;
        private final CountDownLatch ended = new CountDownLatch(1);

        Stream(HttpExchange exchange, Request request) {
            this.exchange = exchange;
            this.request = request;
        }

        Request request() {
            return request;
        }

        String lastEventId() {
            return request.headers().getOrDefault(Headers.LAST_EVENT_ID, "");
        }

        Stream raw(String text) throws IOException {
            OutputStream out = exchange.getResponseBody();
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        Stream event(String name, String id, Object data) throws IOException {
            String json = new String(JsonCodec.client().encode(data), StandardCharsets.UTF_8);
            String idLine = id.isEmpty() ? "" : "id: " + id + "\n";
            return raw(idLine + "event: " + name + "\ndata: " + json + "\n\n");
        }

        Stream watcher(String id, String position) throws IOException {
            return event(WatcherEvent.NAME, "", new WatcherEvent(id, Position.parse(position), false));
        }

        Stream snapshot(String service, String position, String... up) throws IOException {
            return event(SnapshotEvent.NAME, position, snapshotEvent(false, service, position, up));
        }

        Stream change(String service, String position, String... up) throws IOException {
            return event(ChangeEvent.NAME, position, changeEvent(service, position, up));
        }

        /** Ends the stream with a proper last chunk. */
        void end() throws IOException {
            exchange.getResponseBody().close();
            ended.countDown();
        }

        /** Breaks the connection. */
        void cut() {
            ended.countDown();
        }
    }

    static SnapshotEvent snapshotEvent(boolean warming, String service, String position, String... up) {
        return new SnapshotEvent(
                warming, new ServiceSnapshot("default", service, Position.parse(position), instances(up)));
    }

    static ChangeEvent changeEvent(String service, String position, String... up) {
        return new ChangeEvent("default", service, Position.parse(position), instances(up), List.of());
    }

    static Instance instance(String id, InstanceStatus status) {
        return new Instance(id, new Position(1, 1), "127.0.0.1", 80, false, status, "", 100, "", Map.of(), null);
    }

    private static List<Instance> instances(String... up) {
        return Arrays.stream(up).map(id -> instance(id, InstanceStatus.UP)).toList();
    }
}
