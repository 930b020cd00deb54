package io.muster.client;

import io.muster.api.Headers;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Short calls to the registry. Each ends within the request timeout per node that is asked, body included. All calls of the
 * API may be repeated, so a call that failed on one node is made on the next one. Thread-safe.
 */
final class RegistryCalls {
    private static final Logger log = LoggerFactory.getLogger(RegistryCalls.class);
    private static final int MAX_BODY_BYTES = 32 * 1024 * 1024;

    private final HttpClient http;
    private final ClientConfig config;
    private final Failover failover;
    private final EpochWatch epochs;
    private final EventLoop timers;
    private final Map<Long, CompletableFuture<Reply>> pending = new ConcurrentHashMap<>();
    private final AtomicLong calls = new AtomicLong();
    private volatile boolean closed;

    RegistryCalls(HttpClient http, ClientConfig config, Failover failover, EpochWatch epochs, EventLoop timers) {
        this.http = http;
        this.config = config;
        this.failover = failover;
        this.epochs = epochs;
        this.timers = timers;
    }

    /**
     * A call of the API.
     *
     * @param path path and query, from {@code /v1} on
     * @param body a record of the wire contract; null for none
     * @param longerNanos how much longer than the request timeout its answer may take
     */
    record Call(String method, String path, @Nullable Object body, long longerNanos) {
        Call(String method, String path, @Nullable Object body) {
            this(method, path, body, 0);
        }
    }

    /**
     * Asks the current node, and while one is not available the next, each at most once. Completes with the last answer,
     * good or bad; fails with {@link IOException} when the last one gave none.
     */
    CompletableFuture<Reply> send(Call call) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        attempt(call, failover.size(), true, result);
        return result;
    }

    private void attempt(Call call, int nodesLeft, boolean mayRepeat, CompletableFuture<Reply> result) {
        URI registry = failover.current();
        CompletableFuture<Reply> unused = sendTo(registry, call).whenComplete((reply, failure) -> {
            if (reply != null && !reply.isUnavailable()) {
                result.complete(reply);
                return;
            }
            // A kept connection may have been closed by the other side just now: that says nothing of the node.
            if (mayRepeat && !closed && failure != null && isBrokenConnection(failure)) {
                attempt(call, nodesLeft, false, result);
                return;
            }
            failover.failed(registry);
            if (nodesLeft > 1 && !closed) {
                attempt(call, nodesLeft - 1, false, result);
            } else if (reply != null) {
                result.complete(reply);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    /** Asks this node alone. */
    CompletableFuture<Reply> sendTo(URI registry, Call call) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        long number = calls.incrementAndGet();
        pending.put(number, result);
        try {
            CompletableFuture<HttpResponse<byte[]>> exchange =
                    http.sendAsync(request(registry, call), info -> new BoundedBody(MAX_BODY_BYTES));
            long timeoutNanos = config.requestTimeout().toNanos() + call.longerNanos();
            EventLoop.Timer timer = timers.schedule(timeoutNanos, () -> timeOut(result, registry, timeoutNanos));
            CompletableFuture<Void> unusedExchange = exchange.handle((response, failure) -> {
                timer.cancel();
                complete(result, registry, response, failure);
                return null;
            });
            CompletableFuture<Reply> unusedResult = result.whenComplete((reply, failure) -> {
                if (failure != null) {
                    exchange.cancel(true);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(new IOException("cannot send to " + registry, e));
        }
        CompletableFuture<Reply> unused = result.whenComplete((reply, failure) -> pending.remove(number));
        if (closed) {
            abandon(result);
        }
        return result;
    }

    /** Fails what is under way and what will be asked. */
    void close() {
        closed = true;
        pending.values().forEach(RegistryCalls::abandon);
    }

    /** Takes the position that a node shows. */
    void observe(URI registry, Position position) {
        if (epochs.observe(registry, position.epoch())) {
            log.warn(
                    "The configured URLs belong to different registries: {} and another one of {} answer with different"
                            + " epochs. Services that register with one are not seen through the other. Configure the"
                            + " nodes of one registry only",
                    registry,
                    config.registryUrls());
        }
    }

    private static void abandon(CompletableFuture<Reply> result) {
        result.completeExceptionally(new IOException("the registry client is closed"));
    }

    private static void timeOut(CompletableFuture<Reply> result, URI registry, long timeoutNanos) {
        String text = registry + " did not answer within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms";
        result.completeExceptionally(new HttpTimeoutException(text));
    }

    private void complete(
            CompletableFuture<Reply> result,
            URI registry,
            @Nullable HttpResponse<byte[]> response,
            @Nullable Throwable failure) {
        if (response == null) {
            Throwable cause = failure == null ? null : cause(failure);
            result.completeExceptionally(
                    cause instanceof IOException ? cause : new IOException("cannot send to " + registry, cause));
            return;
        }
        Optional<Position> position =
                response.headers().firstValue(Headers.POSITION).flatMap(Position::tryParse);
        position.ifPresent(shown -> observe(registry, shown));
        long retryAfterNanos = Reply.retryAfterNanos(
                response.headers().firstValue("Retry-After").orElse(""));
        result.complete(new Reply(registry, response.statusCode(), retryAfterNanos, response.body()));
    }

    private HttpRequest request(URI registry, Call call) {
        Object body = call.body();
        HttpRequest.Builder request =
                newRequest(registry, call.path(), config.security()).header("Accept", "application/json");
        if (body == null) {
            return request.method(call.method(), HttpRequest.BodyPublishers.noBody())
                    .build();
        }
        return request.header("Content-Type", "application/json")
                .method(
                        call.method(),
                        HttpRequest.BodyPublishers.ofByteArray(
                                JsonCodec.client().encode(body)))
                .build();
    }

    /** A request of the API, with this client's token. */
    static HttpRequest.Builder newRequest(URI registry, String path, ClientSecurity security) {
        HttpRequest.Builder request = HttpRequest.newBuilder(resolve(registry, path));
        String token = security.token();
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    /** Puts an API path behind a registry's URL, which may have a path of its own. */
    static URI resolve(URI registry, String path) {
        String base = registry.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    /** Whether a connection broke under a call, which says nothing of the node. */
    private static boolean isBrokenConnection(Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof IOException
                && !(cause instanceof ConnectException)
                && !(cause instanceof HttpTimeoutException);
    }

    /** Whether a call without an answer may have had its effect. */
    static boolean mayHaveArrived(Throwable failure) {
        Throwable cause = cause(failure);
        return !(cause instanceof ConnectException) && !(cause instanceof HttpConnectTimeoutException);
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
