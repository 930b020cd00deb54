package io.muster.registry.raft;

import io.muster.registry.engine.EngineUnavailableException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gathers entries that wait into one message. Thread-safe.
 *
 * <p>An entry that finds nothing under way is sent at once, so that a quiet cluster has the latency of one write; under load
 * the entries that come during one write make up the next, so that the cost of a write is shared.
 */
final class Batcher {
    /** The size of one entry at most. */
    static final int MAX_ENTRY_BYTES = 512 * 1024;

    private static final int MAX_BATCH_BYTES = MAX_ENTRY_BYTES;
    private static final int MAX_BATCH_ENTRIES = 1_024;
    private static final int MAX_QUEUED = 20_000;
    private static final long MAX_QUEUED_BYTES = 16L * 1024 * 1024;
    /** What comes meanwhile makes one batch, which costs less than several that overtake each other. */
    private static final int MAX_UNDER_WAY = 1;

    private final String name;
    private final Function<byte[], CompletableFuture<byte[]>> sender;
    private final Executor answers;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private long queuedBytes;
    private int underWay;
    private boolean closed;

    /**
     * @param name the log's, for messages
     * @param sender carries out a batch and answers with as many answers
     * @param answers where whoever submitted is told
     */
    Batcher(String name, Function<byte[], CompletableFuture<byte[]>> sender, Executor answers) {
        this.name = name;
        this.sender = sender;
        this.answers = answers;
    }

    CompletableFuture<byte[]> submit(byte[] entry) {
        if (entry.length > MAX_ENTRY_BYTES) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "entry must have at most " + MAX_ENTRY_BYTES + " bytes but had " + entry.length));
        }
        Waiting waiting = new Waiting(entry);
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(unavailable("is closed"));
            }
            if (queue.size() >= MAX_QUEUED || queuedBytes + entry.length > MAX_QUEUED_BYTES) {
                return CompletableFuture.failedFuture(unavailable("has " + queue.size() + " entries waiting already"));
            }
            queue.addLast(waiting);
            queuedBytes += entry.length;
        }
        sendNext();
        return waiting.answer;
    }

    /** How many entries wait to be sent. */
    synchronized int queued() {
        return queue.size();
    }

    /** Fails what waits. What is under way ends by itself. */
    void close() {
        List<Waiting> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(queue);
            queue.clear();
            queuedBytes = 0;
        }
        left.forEach(waiting -> waiting.answer.completeExceptionally(unavailable("is closed")));
    }

    private void sendNext() {
        List<Waiting> batch = take();
        while (!batch.isEmpty()) {
            send(batch);
            batch = take();
        }
    }

    private synchronized List<Waiting> take() {
        List<Waiting> batch = new ArrayList<>();
        if (underWay >= MAX_UNDER_WAY) {
            return batch;
        }
        int bytes = 0;
        while (!queue.isEmpty() && batch.size() < MAX_BATCH_ENTRIES) {
            int length = queue.getFirst().entry.length;
            if (!batch.isEmpty() && bytes + length > MAX_BATCH_BYTES) {
                break;
            }
            bytes += length;
            batch.add(queue.removeFirst());
        }
        queuedBytes -= bytes;
        underWay += batch.isEmpty() ? 0 : 1;
        return batch;
    }

    private void send(List<Waiting> batch) {
        CompletableFuture<byte[]> reply;
        try {
            reply = sender.apply(Batch.pack(batch.stream().map(Waiting::entry).toList()));
        } catch (RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        CompletionStage<Void> unused = reply.handleAsync(
                (answer, failure) -> {
                    synchronized (this) {
                        underWay--;
                    }
                    sendNext();
                    tell(batch, answer, failure);
                    return null;
                },
                answers);
    }

    private static void tell(List<Waiting> batch, byte @Nullable [] reply, @Nullable Throwable failure) {
        Throwable wrong =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        List<byte[]> parts = List.of();
        if (wrong == null) {
            try {
                parts = Batch.unpack(ByteBuffer.wrap(reply == null ? new byte[0] : reply));
                if (parts.size() != batch.size()) {
                    wrong = new IllegalStateException("answers must be " + batch.size() + " but were " + parts.size());
                }
            } catch (IllegalArgumentException e) {
                wrong = e;
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            CompletableFuture<byte[]> answer = batch.get(i).answer;
            if (wrong == null) {
                answer.complete(parts.get(i));
            } else {
                answer.completeExceptionally(wrong);
            }
        }
    }

    private EngineUnavailableException unavailable(String state) {
        return new EngineUnavailableException("replicated log " + name + " " + state);
    }

    private static final class Waiting {
        private final byte[] entry;
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

        Waiting(byte[] entry) {
            this.entry = entry;
        }

        byte[] entry() {
            return entry;
        }
    }
}
