package io.muster.samples.fleet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** A live view for browsers on this machine: one page, and the figures as JSON, which it asks for each second. */
final class Page implements AutoCloseable {
    private final HttpServer server;
    private final byte[] page;
    private final Supplier<String> figures;

    private Page(HttpServer server, byte[] page, Supplier<String> figures) {
        this.server = server;
        this.page = page;
        this.figures = figures;
    }

    /**
     * Serves it on the loopback.
     *
     * @param port 0 for any
     * @param figures JSON; asked for by another thread
     * @throws IOException if the port is taken
     */
    static Page serve(int port, Supplier<String> figures) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        Page page = new Page(server, html(), figures);
        server.createContext("/", page::answer);
        server.start();
        return page;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private static byte[] html() {
        try (InputStream file = Page.class.getResourceAsStream("/fleet/index.html")) {
            if (file == null) {
                throw new IllegalStateException("/fleet/index.html must be on the class path but was not");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
            } else if (path.equals("/")) {
                send(exchange, "text/html; charset=utf-8", page);
            } else if (path.equals("/figures")) {
                send(exchange, "application/json", figures.get().getBytes(StandardCharsets.UTF_8));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
