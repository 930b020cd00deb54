package io.muster.lease.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A script that is sent by its digest, and whole when the server does not know it. */
final class RedisScript {
    private final String text;
    private final String digest;

    RedisScript(String text) {
        this.text = text;
        this.digest = sha1(text);
    }

    /** The text of these files, one after the other. */
    static String files(String... names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException(name + " is missing");
                }
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .append('\n');
            } catch (IOException e) {
                throw new IllegalStateException(name + " cannot be read", e);
            }
        }
        return text.toString();
    }

    <T> CompletionStage<T> run(
            RedisScriptingAsyncCommands<String, String> redis, ScriptOutputType type, String[] keys, String... values) {
        CompletableFuture<T> byDigest =
                redis.<T>evalsha(digest, type, keys, values).toCompletableFuture();
        return byDigest.exceptionallyCompose(failure -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return cause instanceof RedisNoScriptException
                    ? redis.<T>eval(text, type, keys, values)
                    : CompletableFuture.failedFuture(cause);
        });
    }

    private static String sha1(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JRE has no SHA-1", e);
        }
    }
}
