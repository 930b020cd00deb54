package io.muster.registry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Tokens for tests, and the properties that tell a server of them; independent of the server's own code. */
public final class TestTokens {
    private final List<String> properties = new ArrayList<>(List.of("muster.server.auth.mode=token"));
    private int count;

    /** Adds a token {@code mst_<id>} with these scopes. */
    public TestTokens with(String id, String... scopes) {
        String path = "muster.server.auth.tokens[" + count++ + "].";
        properties.add(path + "id=" + id);
        properties.add(path + "hashes[0]=" + hash(token(id)));
        for (int i = 0; i < scopes.length; i++) {
            properties.add(path + "scopes[" + i + "]=" + scopes[i]);
        }
        return this;
    }

    /** Another property of the token that was added last, such as {@code namespaces[0]=a}. */
    public TestTokens also(String property) {
        properties.add("muster.server.auth.tokens[" + (count - 1) + "]." + property);
        return this;
    }

    /** The server's properties, and more of them. */
    public String[] and(String... more) {
        List<String> all = new ArrayList<>(properties);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** The token of that id. */
    public static String token(String id) {
        return "mst_" + id;
    }

    /** How a token stands in the configuration. */
    public static String hash(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
