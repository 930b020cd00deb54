package io.muster.registry.web;

import io.muster.api.Decoded;
import io.muster.api.Headers;
import io.muster.api.JsonCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Reads what is quite plain in a request, before the web framework. */
final class Plain {
    private static final String JSON = "application/json";

    private Plain() {}

    /** Whether it posts JSON of a length that is said and within the gate's bound. */
    static boolean isPost(HttpServerRequest request) {
        if (!HttpMethod.POST.equals(request.method())) {
            return false;
        }
        HttpHeaders headers = request.requestHeaders();
        return JSON.equals(headers.get(HttpHeaderNames.CONTENT_TYPE))
                && !headers.contains(HttpHeaderNames.EXPECT)
                && isWithinBound(headers.get(HttpHeaderNames.CONTENT_LENGTH));
    }

    /** Larger ones did not pass the gate. */
    private static boolean isWithinBound(@Nullable String contentLength) {
        return contentLength != null && length(contentLength) < Long.MAX_VALUE;
    }

    /** The body; fields that this server does not know are named in a header of the answer. */
    static <T> Mono<T> read(HttpServerRequest request, HttpServerResponse response, Class<T> type) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .map(body -> {
                    Decoded<T> decoded = JsonCodec.server().decode(body, type);
                    if (!decoded.unknownFields().isEmpty()) {
                        response.header(Headers.UNKNOWN_FIELDS, String.join(",", decoded.unknownFields()));
                    }
                    return decoded.value();
                });
    }

    /** The length that a {@code Content-Length} says; {@link Long#MAX_VALUE} for anything but at most 9 digits. */
    static long length(String contentLength) {
        if (contentLength.isEmpty() || contentLength.length() > 9) {
            return Long.MAX_VALUE;
        }
        long length = 0;
        for (int i = 0; i < contentLength.length(); i++) {
            int digit = contentLength.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Long.MAX_VALUE;
            }
            length = length * 10 + digit;
        }
        return length;
    }
}
