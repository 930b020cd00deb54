package io.muster.registry.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may call. What is compared is the hash of what was sent, whose bits its sender cannot choose. Immutable. */
final class ProxyAccess {
    private static final String BEARER = "Bearer ";
    private static final int MAX_LENGTH = 512;

    private final Set<String> hashes;

    /** @param hashes {@code sha256:} and 64 hexadecimal digits each; none asks nobody */
    ProxyAccess(List<String> hashes) {
        this.hashes = Set.copyOf(hashes);
    }

    boolean asks() {
        return !hashes.isEmpty();
    }

    /** Whether a caller that shows this may call. */
    boolean allows(@Nullable String credentials) {
        if (hashes.isEmpty()) {
            return true;
        }
        if (credentials == null
                || credentials.length() > MAX_LENGTH
                || !credentials.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        byte[] token = credentials.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        return hashes.contains("sha256:" + HexFormat.of().formatHex(sha256().digest(token)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
