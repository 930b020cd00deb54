package io.muster.registry.security;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Who may call, and how much.
 *
 * @param auth who may call
 * @param allowedNetworks where instances may be beside their callers' own addresses, as {@code address/prefix}. Link-local,
 *     multicast, wildcard and cloud metadata addresses never are
 * @param limits bounds for each client
 */
@Validated
@ConfigurationProperties("muster.server")
public record SecurityProperties(
        @DefaultValue @Valid Auth auth,

        @DefaultValue({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128"})
        List<String> allowedNetworks,

        @DefaultValue @Valid Limits limits) {
    /**
     * Who may call.
     *
     * @param mode without one, the server listens on loopback only
     * @param tokens what callers may show, where they are asked
     */
    public record Auth(
            @DefaultValue("loopback") Mode mode,
            @DefaultValue List<@Valid Token> tokens) {
        /** @throws IllegalArgumentException when the tokens do not fit each other or the mode */
        public Auth {
            tokens = List.copyOf(tokens);
            if ((mode == Mode.TOKEN) == tokens.isEmpty()) {
                throw new IllegalArgumentException("muster.server.auth.tokens must be present with"
                        + " muster.server.auth.mode=token, and only with it, but was "
                        + (tokens.isEmpty() ? "empty" : tokens.size() + " tokens with mode " + mode));
            }
            Set<String> ids = new HashSet<>();
            Set<String> hashes = new HashSet<>();
            for (Token token : tokens) {
                if (!ids.add(token.id())) {
                    throw new IllegalArgumentException(
                            "muster.server.auth.tokens must have an id each but " + token.id() + " is there twice");
                }
                for (String hash : token.hashes()) {
                    if (!hashes.add(hash)) {
                        throw new IllegalArgumentException(
                                "muster.server.auth.tokens must have hashes of their own but " + token.id()
                                        + " has one that is there twice");
                    }
                }
            }
        }

        /** How callers are told apart. */
        public enum Mode {
            /** Nobody is asked, and only this machine can call. */
            LOOPBACK,
            /** Nobody is asked, and whoever reaches the server may call. */
            NONE,
            /** Everybody shows a token. */
            TOKEN
        }
    }

    /**
     * A credential. The token itself is nowhere on the server.
     *
     * @param id names it, in logs and as the owner of what it registers: {@code [A-Za-z0-9._-]{1,64}}
     * @param hashes {@code sha256:} and 64 hexadecimal digits; several while tokens are exchanged
     * @param scopes what it allows: {@code read}, {@code operate}, {@code register:<service>}, {@code lease:<name>}; a name may
     *     end in {@code *}
     * @param namespaces where it allows that; absent for everywhere
     */
    public record Token(
            @DefaultValue("") String id,
            @DefaultValue List<String> hashes,
            @DefaultValue List<String> scopes,
            @Nullable List<String> namespaces) {
        private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
        private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

        /** @throws IllegalArgumentException when a part breaks its rule; the message names the token */
        public Token {
            if (!ID.matcher(id).matches() || id.equals(Caller.ANONYMOUS)) {
                throw new IllegalArgumentException(
                        "muster.server.auth.tokens[].id must be 1 to 64 characters of A-Z, a-z,"
                                + " 0-9, '.', '_', '-', and not " + Caller.ANONYMOUS + ", but was '" + id + "'");
            }
            String where = "muster.server.auth.tokens[" + id + "]";
            requireSome(where + ".hashes", hashes);
            for (String hash : hashes) {
                if (!HASH.matcher(hash).matches()) {
                    // Not the value: it may be the token itself, put there by mistake.
                    throw new IllegalArgumentException(
                            where + ".hashes must be sha256: and 64 hexadecimal digits in lower"
                                    + " case each, as the command 'token' prints them, but one was something else of "
                                    + hash.length() + " characters");
                }
            }
            requireSome(where + ".scopes", scopes);
            for (String scope : scopes) {
                try {
                    Scope unused = Scope.parse(scope);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(where + ".scopes " + e.getMessage(), e);
                }
            }
            hashes = List.copyOf(hashes);
            scopes = List.copyOf(scopes);
            if (namespaces != null) {
                // Somebody meant to limit the token; that this is no limit would be the worst way to read it.
                requireSome(where + ".namespaces, when present,", namespaces);
                namespaces = List.copyOf(namespaces);
                for (String namespace : namespaces) {
                    try {
                        String unused = Names.namespace(namespace);
                    } catch (InvalidFieldException e) {
                        throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
                    }
                }
            }
        }

        /** Where the token is valid; empty for everywhere. */
        @Override
        public List<String> namespaces() {
            return namespaces == null ? List.of() : namespaces;
        }

        List<Scope> parsedScopes() {
            List<Scope> parsed = new ArrayList<>();
            scopes.forEach(scope -> parsed.add(Scope.parse(scope)));
            return parsed;
        }

        private static void requireSome(String property, List<String> values) {
            if (values.isEmpty()) {
                throw new IllegalArgumentException(property + " must be at least one but was empty");
            }
        }
    }

    /**
     * Bounds for each client: for each token, and for each address where there is none (IPv6: for each network of 64 bits).
     *
     * @param requestsPerSecond how many requests a client may make in a second
     * @param connectionsPerClient how many connections may be open from one address
     * @param maxConnections how many connections may be open
     * @param streamsPerClient how many streams and waiting lookups a client may have; as many as there may be in all, because a
     *     whole fleet may share a token
     * @param drainsPerClient how many drains a client may wait for
     * @param maxBody how large the body of a request may be
     */
    public record Limits(
            @DefaultValue("5000") @Min(1) int requestsPerSecond,
            @DefaultValue("2000") @Min(1) int connectionsPerClient,
            @DefaultValue("20000") @Min(1) int maxConnections,
            @DefaultValue("10000") @Min(1) int streamsPerClient,
            @DefaultValue("1000") @Min(1) int drainsPerClient,
            @DefaultValue("256KB") DataSize maxBody) {
        /** @throws IllegalArgumentException when no body could be read, or too large a one */
        public Limits {
            if (maxBody.toBytes() < 1024 || maxBody.toBytes() > 16 * 1024 * 1024) {
                throw new IllegalArgumentException(
                        "muster.server.limits.max-body must be between 1KB and 16MB but was " + maxBody);
            }
        }
    }
}
