package io.muster.samples.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * POSTs orders at a fixed rate, whatever the answers do (an open loop): a slow answer delays no later order, and an order's
 * time counts from when it was due. Each order has a key of its own and is sent once; nothing here tries again.
 */
final class OrderLoad {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final int CAPACITY = 200_000;
    private static final int MAX_COMPLAINTS = 5;
    private static final int WARM_UP_BATCH = 250;
    private static final int WARM_UP_PLACES = 8;

    private final HttpClient client;
    private final URI orders;
    private final long intervalNanos;
    private final AtomicIntegerArray micros = new AtomicIntegerArray(CAPACITY);
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger created = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Map<Integer, Served> served = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Integer> recent = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;
    private @Nullable Thread thread;

    /**
     * @param orders where to POST
     * @param perSecond how many orders
     */
    OrderLoad(HttpClient client, URI orders, int perSecond) {
        this.client = client;
        this.orders = orders;
        this.intervalNanos = 1_000_000_000L / perSecond;
    }

    /**
     * Orders in batches, a few at a time, until a batch goes at twice the rate, so that cold processes or a busy machine are
     * not run over. These orders count like all others.
     */
    void warmUp(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        Semaphore places = new Semaphore(WARM_UP_PLACES);
        long took;
        do {
            long start = System.nanoTime();
            for (int i = 0; i < WARM_UP_BATCH; i++) {
                places.acquire();
                var unused = send(System.nanoTime()).whenComplete((answer, failure) -> places.release());
            }
            took = System.nanoTime() - start;
        } while (took > WARM_UP_BATCH * intervalNanos / 2 && System.nanoTime() < deadline);
    }

    void start() {
        Thread sender = new Thread(this::sendAtPace, "orders");
        sender.setDaemon(true);
        sender.start();
        thread = sender;
    }

    /** Sends no more and waits until every order has its answer, or failed. */
    void stop() throws InterruptedException {
        stopping = true;
        if (thread != null) {
            thread.join();
        }
        long deadline = System.nanoTime() + ANSWER_LIMIT.toNanos();
        while (answered.get() < sent.get() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void sendAtPace() {
        long start = System.nanoTime();
        for (long i = 0; sent.get() < CAPACITY && !stopping; i++) {
            long due = start + i * intervalNanos;
            for (long wait; (wait = due - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(wait);
            }
            var unused = send(due);
        }
    }

    private CompletableFuture<HttpResponse<String>> send(long due) {
        int order = sent.getAndIncrement();
        return client.sendAsync(request(order), HttpResponse.BodyHandlers.ofString())
                .whenComplete((answer, failure) -> finish(order, due, answer, failure));
    }

    private HttpRequest request(int order) {
        String body = "{\"key\":\"demo-%d\",\"sku\":\"sku-%d\",\"quantity\":%d}"
                .formatted(order, 1 + order % 500, 1 + order % 7);
        return HttpRequest.newBuilder(orders)
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private void finish(int order, long due, @Nullable HttpResponse<String> answer, @Nullable Throwable failure) {
        long now = System.nanoTime();
        int took = (int) Math.max(1, (now - due) / 1000);
        micros.set(order, took);
        recent.add(took);
        if (answer == null || answer.statusCode() / 100 != 2) {
            failed.incrementAndGet();
            complain(answer == null ? String.valueOf(failure) : answer.statusCode() + " " + answer.body());
        } else if (answer.statusCode() == 201) {
            created.incrementAndGet();
        } else {
            complain("order demo-" + order + " was stored before: " + answer.statusCode());
        }
        if (answer != null) {
            answer.headers()
                    .firstValueAsLong("X-Inventory-Instance")
                    .ifPresent(port -> served.computeIfAbsent((int) port, p -> new Served(now))
                            .count
                            .incrementAndGet());
        }
        answered.incrementAndGet();
    }

    private void complain(String text) {
        if (complaints.size() < MAX_COMPLAINTS) {
            complaints.add(text);
        }
    }

    int sent() {
        return sent.get();
    }

    /** Orders with any answer, or none within their time. */
    int answered() {
        return answered.get();
    }

    /** Orders answered 201: stored now, and not before. */
    int created() {
        return created.get();
    }

    /** Orders without an answer 2xx. */
    int failed() {
        return failed.get();
    }

    /** How many orders the inventory on {@code port} priced. */
    int servedBy(int port) {
        Served by = served.get(port);
        return by == null ? 0 : by.count.get();
    }

    /** When the inventory on {@code port} first priced an order, as {@link System#nanoTime()}; 0 for never. */
    long firstServedBy(int port) {
        Served by = served.get(port);
        return by == null ? 0 : by.firstNanos;
    }

    /** The first few failures, for people. */
    Iterable<String> complaints() {
        return complaints;
    }

    /** How long the answered orders took, all of them. */
    Latencies latencies() {
        return new Latencies(
                IntStream.range(0, Math.min(sent(), CAPACITY)).map(micros::get).filter(value -> value > 0));
    }

    /** How long those took that were answered since this was last asked. */
    Latencies recentLatencies() {
        List<Integer> taken = new ArrayList<>();
        for (Integer value = recent.poll(); value != null; value = recent.poll()) {
            taken.add(value);
        }
        return new Latencies(taken.stream().mapToInt(Integer::intValue));
    }

    /** Times of orders. */
    static final class Latencies {
        private final int[] sorted;

        private Latencies(IntStream micros) {
            this.sorted = micros.sorted().toArray();
        }

        /** The time that the share {@code quantile} does not exceed, in milliseconds; 0 when there are none. */
        double millis(double quantile) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(quantile * sorted.length) - 1] / 1000.0;
        }
    }

    private static final class Served {
        private final long firstNanos;
        private final AtomicInteger count = new AtomicInteger();

        Served(long firstNanos) {
            this.firstNanos = firstNanos;
        }
    }
}
