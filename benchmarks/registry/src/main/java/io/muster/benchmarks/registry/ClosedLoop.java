package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps connections busy: on each, the next request leaves when the answer to the last has come. */
public final class ClosedLoop {
    private static final long LIMIT_SECONDS = 180;

    private final LoadLoop loop;
    private final List<HttpConnection> connections;
    private final Supplier<@Nullable Call> calls;
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private boolean stopping;
    private int running;
    private long answered;
    private long wrong;

    /** @param calls the next call, or null when there is none any more; called on the loop */
    public ClosedLoop(LoadLoop loop, List<HttpConnection> connections, Supplier<@Nullable Call> calls) {
        this.loop = loop;
        this.connections = connections;
        this.calls = calls;
    }

    /** Makes all these calls and waits for them; fails when one answer is wrong. */
    public static void all(LoadLoop loop, List<HttpConnection> connections, String what, Iterator<Call> calls)
            throws InterruptedException {
        ClosedLoop all = new ClosedLoop(loop, connections, () -> calls.hasNext() ? calls.next() : null);
        all.start();
        all.awaitIdle();
        if (all.wrong > 0) {
            throw new IllegalStateException(all.wrong + " of " + all.answered + " " + what + " were not answered well");
        }
    }

    /** Sends the first request on each connection. */
    public void start() throws InterruptedException {
        loop.run(() -> {
            running = connections.size();
            connections.forEach(this::next);
        });
    }

    /** Sends no more and waits for the answers that are on their way. */
    public void stop() throws InterruptedException {
        loop.run(() -> stopping = true);
        awaitIdle();
    }

    /** How many answers have come, right or wrong. */
    public long answered() throws InterruptedException {
        return loop.call(() -> answered);
    }

    /** How many of them were wrong. */
    public long wrong() throws InterruptedException {
        return loop.call(() -> wrong);
    }

    private void awaitIdle() throws InterruptedException {
        try {
            idle.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load failed", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("The server did not answer within " + LIMIT_SECONDS + " s", e);
        }
    }

    private void next(HttpConnection connection) {
        Call call = stopping ? null : calls.get();
        if (call == null) {
            if (--running == 0) {
                idle.complete(null);
            }
            return;
        }
        connection.send(call.request(), (status, body) -> {
            answered++;
            if (!call.check().isRight(status, body)) {
                wrong++;
                stopping |= status == 0;
            }
            next(connection);
        });
    }
}
