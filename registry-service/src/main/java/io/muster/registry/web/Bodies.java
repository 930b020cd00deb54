package io.muster.registry.web;

import io.muster.api.Decoded;
import io.muster.api.Headers;
import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ServerWebExchange;

/** Reads and writes bodies by the contract's codec. */
final class Bodies {
    private Bodies() {}

    /**
     * Reads a body. Fields that this server does not know are named in a header of the answer, or refused when the call
     * says {@code strict=true}.
     */
    static <T> T read(byte[] body, Class<T> type, ServerWebExchange exchange) {
        Decoded<T> decoded = JsonCodec.server().decode(body, type);
        if (!decoded.unknownFields().isEmpty()) {
            String names = String.join(",", decoded.unknownFields());
            if (Boolean.parseBoolean(exchange.getRequest().getQueryParams().getFirst("strict"))) {
                throw Problem.invalid(new InvalidFieldException(
                                decoded.unknownFields().get(0), "a known field (strict=true)", names))
                        .asException();
            }
            exchange.getResponse().getHeaders().set(Headers.UNKNOWN_FIELDS, names);
        }
        return decoded.value();
    }

    static ResponseEntity<byte[]> json(int status, Object body) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(JsonCodec.server().encode(body));
    }
}
