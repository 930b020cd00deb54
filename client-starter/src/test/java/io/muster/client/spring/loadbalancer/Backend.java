package io.muster.client.spring.loadbalancer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A small HTTP server that answers well or fails in a chosen way; each connection serves one request. */
final class Backend implements AutoCloseable {
    /** How it answers. */
    enum Behaviour {
        ANSWER,
        SERVER_ERROR,
        NOT_FOUND,
        /** Reads the request, then resets the connection. */
        RESET,
        /** Reads the request, then ends the connection. */
        END,
        /** Promises a body and sends half of it. */
        HALF_BODY,
        /** Reads the request and says nothing. */
        SILENT,
        /** Sends headers and a first part of the body, and then nothing more. */
        STALLED_BODY
    }

    private final String id;
    private final ServerSocket server;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour;

    Backend(String id, Behaviour behaviour) {
        this.id = id;
        this.behaviour = behaviour;
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::accept, "backend-" + id);
        thread.setDaemon(true);
        thread.start();
    }

    /** A port on which nobody listens. */
    static int refusingPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String id() {
        return id;
    }

    int port() {
        return server.getLocalPort();
    }

    void behave(Behaviour next) {
        behaviour = next;
    }

    /** Method, path, value of {@code X-Signature} and body of each request. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread thread = new Thread(() -> serve(socket), "backend-" + id);
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            requests.add(readRequest(in));
            answer(socket);
        } catch (IOException e) {
            // The client went away.
        }
    }

    private void answer(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        switch (behaviour) {
            case ANSWER -> write(socket, "200 OK", id.length(), id);
            case SERVER_ERROR -> write(socket, "503 Service Unavailable", id.length(), id);
            case NOT_FOUND -> write(socket, "404 Not Found", id.length(), id);
            case END -> socket.close();
            case RESET -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case HALF_BODY -> write(socket, "200 OK", id.length() + 1000, id);
            case STALLED_BODY -> {
                out.write(head("200 OK", id.length() + 1000));
                out.write(id.getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            case SILENT -> {}
        }
    }

    private static void write(Socket socket, String status, int length, String body) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(head(status, length));
        out.write(body.getBytes(StandardCharsets.UTF_8));
        out.flush();
        socket.close();
    }

    private static byte[] head(String status, int length) {
        return ("HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " + length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String readRequest(InputStream in) throws IOException {
        String requestLine = line(in);
        int length = 0;
        boolean chunked = false;
        String signature = "";
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).trim());
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                chunked = true;
            } else if (lower.startsWith("x-signature:")) {
                signature += header.substring(12).trim();
            }
        }
        String body = chunked ? chunks(in) : new String(in.readNBytes(length), StandardCharsets.UTF_8);
        String[] parts = requestLine.split(" ", 3);
        return (parts[0] + " " + parts[1] + " " + signature + " " + body).trim();
    }

    private static String chunks(InputStream in) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line(in).trim(), 16);
            body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
            line(in);
            if (size == 0) {
                return body.toString();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("The connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
