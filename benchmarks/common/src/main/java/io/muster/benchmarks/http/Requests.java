package io.muster.benchmarks.http;

import java.nio.charset.StandardCharsets;

/** Encodes requests, as small as a usual client's. */
public final class Requests {
    private Requests() {}

    /** A request without a body. */
    public static byte[] of(String method, String target) {
        return head(method, target).concat("\r\n").getBytes(StandardCharsets.UTF_8);
    }

    /** A request with a body of JSON. */
    public static byte[] of(String method, String target, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = (head(method, target) + "Content-Type: application/json\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] request = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** A request for a stream of events. */
    public static byte[] stream(String target) {
        return ("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String head(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n";
    }
}
