package io.muster.client;

import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import io.muster.api.ProblemException;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** An HTTP answer of the registry, good or bad. */
final class Reply {
    private static final long MAX_RETRY_AFTER_SECONDS = 30;

    private final URI registry;
    private final int status;
    private final long retryAfterNanos;
    private final byte[] body;

    /** @param body the whole body; not copied */
    Reply(URI registry, int status, long retryAfterNanos, byte[] body) {
        this.registry = registry;
        this.status = status;
        this.retryAfterNanos = retryAfterNanos;
        this.body = body;
    }

    /** The HTTP status. */
    int status() {
        return status;
    }

    /** How long the registry asks to be left alone, at most 30 s; 0 when it does not. */
    long retryAfterNanos() {
        return retryAfterNanos;
    }

    /** Whether the registry does not accept this client's credentials, or not for this. */
    boolean isRefusal() {
        return isRefusal(status);
    }

    static boolean isRefusal(int status) {
        return status == 401 || status == 403;
    }

    boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** Whether another node may do better. */
    boolean isUnavailable() {
        return status >= 500 || status == 429;
    }

    /**
     * The body of a success.
     *
     * @throws ProblemException when this is no success, or its body is not what it should be
     */
    <T> T as(Class<T> type) {
        if (!isSuccess()) {
            throw problem().asException();
        }
        return JsonCodec.client().decode(body, type).value();
    }

    /** What the registry says is wrong. */
    Problem problem() {
        try {
            Problem told = JsonCodec.client().decode(body, Problem.class).value();
            if (told.status() == status) {
                return told;
            }
        } catch (ProblemException e) {
            return Problem.of(status, "HTTP " + status, "answered without a problem document");
        }
        return Problem.of(status, "HTTP " + status, "answered with a problem document of another status");
    }

    /** What is wrong, for a log line. */
    String describe() {
        Problem problem = problem();
        return Printable.of(registry + " answered " + status + " " + problem.title() + ": " + problem.detail());
    }

    /** Reads a {@code Retry-After} in seconds; 0 for everything else. */
    static long retryAfterNanos(String header) {
        if (header.isEmpty() || header.length() > 9) {
            return 0;
        }
        for (int i = 0; i < header.length(); i++) {
            if (header.charAt(i) < '0' || header.charAt(i) > '9') {
                return 0;
            }
        }
        return TimeUnit.SECONDS.toNanos(Math.min(MAX_RETRY_AFTER_SECONDS, Long.parseLong(header)));
    }
}
