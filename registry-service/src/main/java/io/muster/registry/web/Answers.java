package io.muster.registry.web;

import io.muster.api.Headers;
import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import io.muster.registry.engine.View;
import io.muster.registry.security.Gate;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;

/** Writes answers before the web framework, as the controllers would. */
final class Answers {
    static final String JSON = "application/json";

    private static final String CHALLENGE = "Bearer realm=\"muster\"";

    private Answers() {}

    static Publisher<Void> send(HttpServerResponse response, View view, int status, String mediaType, byte[] body) {
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, mediaType)
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
                .header(Headers.POSITION, view.position().toString())
                .sendObject(Unpooled.wrappedBuffer(body));
    }

    static Publisher<Void> refuse(HttpServerResponse response, View view, Problem problem) {
        switch (problem.status()) {
            case 401 -> response.header(HttpHeaderNames.WWW_AUTHENTICATE, CHALLENGE);
            // What remains of the request may still come, and would be taken for the next one.
            case 400, 408, 413 -> response.header(HttpHeaderNames.CONNECTION, "close");
            case 429 -> response.header(HttpHeaderNames.RETRY_AFTER, Gate.RETRY_AFTER_SECONDS);
            case 503 -> response.header(HttpHeaderNames.RETRY_AFTER, ProblemHandler.RETRY_AFTER_SECONDS);
            default -> {
                // The problem says it all.
            }
        }
        return send(
                response,
                view,
                problem.status(),
                Problem.MEDIA_TYPE,
                JsonCodec.server().encode(problem));
    }
}
