package io.muster.registry;

import io.muster.api.JsonCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A watch stream as a test reads it: independent of the client that the project ships. */
final class EventStream implements AutoCloseable {
    /** One event; a comment has the name {@code :}. */
    record Event(String name, String id, String data) {
        <T> T as(Class<T> type) {
            return JsonCodec.client()
                    .decode(data.getBytes(StandardCharsets.UTF_8), type)
                    .value();
        }
    }

    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Integer> status;
    private volatile Flow.@Nullable Subscription subscription;

    private EventStream(URI uri, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        headers.forEach(request::header);
        Lines lines = new Lines();
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        status = new CompletableFuture<>();
        CompletableFuture<?> unused = http.sendAsync(request.build(), info -> {
                    status.complete(info.statusCode());
                    return BodyHandlers.fromLineSubscriber(lines).apply(info);
                })
                .whenComplete((response, error) -> {
                    if (error != null) {
                        status.completeExceptionally(error);
                        ended.complete(null);
                    }
                });
    }

    static EventStream open(RunningRegistry registry, String query, Map<String, String> headers) {
        return new EventStream(registry.url().resolve("/v1/watch" + query), headers);
    }

    static EventStream open(RunningRegistry registry, String query) {
        return open(registry, query, Map.of());
    }

    int status() {
        return status.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** The next event of that name, passing over comments and others. */
    Event next(String name) {
        return next(name, event -> event.name().equals(name));
    }

    /** The next event, comments left out. */
    Event nextEvent() {
        return next("event", event -> !event.name().equals(":"));
    }

    /** The next event or comment. */
    Event next() {
        return next("event or comment", event -> true);
    }

    /** One limit for all that is passed over: a stream with nothing to say carries comments for ever. */
    private Event next(String what, Predicate<Event> wanted) {
        long begun = System.nanoTime();
        try {
            while (true) {
                Event event = events.poll(WAIT_NANOS - (System.nanoTime() - begun), TimeUnit.NANOSECONDS);
                if (event == null) {
                    throw new AssertionError("no " + what + " within 30 s");
                }
                if (wanted.test(event)) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void close() {
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    private final class Lines implements Flow.Subscriber<String> {
        private String name = "message";
        private String id = "";
        private final StringBuilder data = new StringBuilder();
        private boolean comment;

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.isEmpty()) {
                if (data.length() > 0) {
                    events.add(new Event(name, id, data.toString()));
                } else if (comment) {
                    events.add(new Event(":", id, ""));
                }
                name = "message";
                comment = false;
                data.setLength(0);
            } else if (line.startsWith(":")) {
                comment = true;
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("data: ")) {
                data.append(line.substring(6));
            }
        }

        @Override
        public void onError(Throwable error) {
            ended.complete(null);
        }

        @Override
        public void onComplete() {
            ended.complete(null);
        }
    }
}
