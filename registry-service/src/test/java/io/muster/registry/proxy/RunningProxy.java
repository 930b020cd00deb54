package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.registry.RunningRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** A real registry with its proxy, and real instances behind it. */
final class RunningProxy implements AutoCloseable {
    private final RunningRegistry registry;
    private final List<DisposableServer> servers = new ArrayList<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private RunningProxy(RunningRegistry registry) {
        this.registry = registry;
    }

    static RunningProxy start(String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "muster.server.proxy.enabled=true",
                "muster.server.proxy.listen.port=0",
                // Nobody sends heartbeats here.
                "muster.server.ttl=1h"));
        all.addAll(List.of(properties));
        return new RunningProxy(RunningRegistry.start(all.toArray(String[]::new)));
    }

    int port() {
        return registry.context().getBean(ProxyServer.class).port();
    }

    RunningRegistry registry() {
        return registry;
    }

    ProxyServer proxy() {
        return registry.context().getBean(ProxyServer.class);
    }

    /** Starts an instance and registers it. */
    DisposableServer instance(String service, String id, UnaryOperator<HttpServerRoutes> routes) {
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(all -> {
                    HttpServerRoutes unused = routes.apply(all);
                })
                .bindNow();
        servers.add(server);
        register(service, id, server.port());
        return server;
    }

    void register(String service, String id, int port) {
        register(service, id, port, "UP", "default");
    }

    void register(String service, String id, int port, String status, String namespace) {
        HttpResponse<String> answer = registry.call(
                "PUT",
                "/v1/services/" + service + "/instances/" + id + "?namespace=" + namespace,
                "{\"process\":\"p-" + id + "\",\"host\":\"127.0.0.1\",\"port\":" + port + ",\"status\":\"" + status
                        + "\"}");
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Sends it as it is, and reads until the proxy closes the connection. */
    String raw(String request) throws IOException {
        return raw(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    String raw(byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return readAll(socket.getInputStream());
        }
    }

    static String readAll(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                all.write(buffer, 0, read);
            }
        } catch (SocketException e) {
            // A reset is an end, too.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        registry.close();
        servers.forEach(DisposableServer::disposeNow);
    }
}
