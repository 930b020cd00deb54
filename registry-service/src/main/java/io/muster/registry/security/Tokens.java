package io.muster.registry.security;

import io.muster.registry.security.SecurityProperties.Token;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tokens that the server knows, by their hashes. Immutable. */
final class Tokens {
    /** What {@link TokenCommand} prints begins so, which lets people and scanners recognize one. */
    static final String PREFIX = "mst_";

    private static final String BEARER = "Bearer ";
    private static final int MAX_LENGTH = 512;

    /*
     * Tokens are 256 random bits, so one fast hash is enough: there is nothing to guess. What is looked up is the hash of
     * what was sent, whose bits its sender cannot choose, and the whole hashes are compared in constant time: how long an
     * answer takes says nothing of the hashes that are here.
     */
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Map<Long, byte[]> digests = new HashMap<>();
    private final MessageDigest template = sha256();

    Tokens(List<Token> tokens) {
        for (Token token : tokens) {
            Caller.Grant grant = new Caller.Grant.Scopes(token.parsedScopes(), Set.copyOf(token.namespaces()));
            for (String hash : token.hashes()) {
                byte[] digest = HexFormat.of().parseHex(hash.substring(hash.indexOf(':') + 1));
                digests.put(key(digest), digest);
                if (entries.put(key(digest), new Entry(token.id(), grant)) != null) {
                    throw new IllegalStateException("two hashes of tokens begin with the same 64 bits");
                }
            }
        }
    }

    /** What is known of a token. */
    record Entry(String id, Caller.Grant grant) {}

    /** The token in an {@code Authorization} header; null when there is none that is known. */
    @Nullable
    Entry find(@Nullable String authorization) {
        if (authorization == null
                || authorization.length() > MAX_LENGTH
                || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        byte[] digest = hash(authorization.substring(BEARER.length()).strip(), copy());
        byte[] known = digests.get(key(digest));
        return known != null && MessageDigest.isEqual(known, digest) ? entries.get(key(digest)) : null;
    }

    /** How a token stands in the configuration. */
    static String configured(String token) {
        return "sha256:" + HexFormat.of().formatHex(hash(token, sha256()));
    }

    private static byte[] hash(String token, MessageDigest digest) {
        return digest.digest(token.getBytes(StandardCharsets.UTF_8));
    }

    private static Long key(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong();
    }

    /** Several times as fast as looking the algorithm up. */
    private MessageDigest copy() {
        try {
            return (MessageDigest) template.clone();
        } catch (CloneNotSupportedException e) {
            return sha256();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
