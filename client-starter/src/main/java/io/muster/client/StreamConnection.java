package io.muster.client;

import io.muster.api.Headers;
import io.muster.api.Position;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One opened event stream, from request to end. Chunks are asked for one by one, after the former was read: a listener
 * that is slow slows the registry's sending to this client, and fills no memory here. Its methods and its listener's are
 * called on the event loop.
 */
final class StreamConnection implements EventStreamParser.Sink {
    private static final int MAX_PROBLEM_BYTES = 64 * 1024;

    private final HttpClient http;
    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final URI registry;
    private final HttpRequest request;
    private final Listener listener;
    private final EventStreamParser parser = new EventStreamParser(EventStreamParser.DEFAULT_MAX_EVENT_BYTES);
    private final long openedNanos;
    private volatile long lastByteNanos;
    private volatile Flow.@Nullable Subscription subscription;
    private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> exchange;
    private volatile boolean over;

    /** Takes what a stream brings, in order, until {@link #ended}. */
    interface Listener {
        /** Takes an event; {@code id} is null when it carries none. */
        void event(StreamConnection connection, String name, byte[] data, @Nullable String id);

        /** The last event id moves without an event. */
        void id(StreamConnection connection, String id);

        void ended(StreamConnection connection, End end);
    }

    /**
     * Why a stream is over.
     *
     * @param status the HTTP status; 0 without an answer
     * @param retryAfterNanos how long the registry asks to be left alone
     * @param problem what happened, printable
     */
    record End(int status, long retryAfterNanos, String problem) {
        /** Whether the registry does not accept this client's credentials. */
        boolean isRefusal() {
            return Reply.isRefusal(status);
        }
    }

    StreamConnection(
            HttpClient http,
            EventLoop loop,
            LongSupplier nanoTime,
            URI registry,
            HttpRequest request,
            Listener listener) {
        this.http = http;
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.registry = registry;
        this.request = request;
        this.listener = listener;
        this.openedNanos = nanoTime.getAsLong();
        this.lastByteNanos = openedNanos;
    }

    static HttpRequest request(URI registry, String path, @Nullable Position lastEventId, ClientSecurity security) {
        HttpRequest.Builder request = RegistryCalls.newRequest(registry, path, security)
                .header("Accept", "text/event-stream")
                .header("Cache-Control", "no-store");
        if (lastEventId != null) {
            request.header(Headers.LAST_EVENT_ID, lastEventId.toString());
        }
        return request.build();
    }

    void open() {
        try {
            CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(request, this::body);
            exchange = sent;
            loop.whenDone(sent, this::over);
        } catch (RuntimeException e) {
            fail(Printable.of(e));
        }
    }

    URI registry() {
        return registry;
    }

    long openedNanos() {
        return openedNanos;
    }

    /** When the last byte came, or when the stream was asked for. */
    long lastByteNanos() {
        return lastByteNanos;
    }

    /** Ends the stream without a word to its listener; any thread may. */
    void cut() {
        over = true;
        CompletableFuture<HttpResponse<byte[]>> current = exchange;
        if (current != null) {
            // Not the subscription: HttpClient would count the cancelled exchange as pending, and keep its selector for
            // ever.
            current.cancel(true);
        }
    }

    /** Ends the stream and tells its listener why. */
    void fail(String problem) {
        if (!over) {
            cut();
            listener.ended(this, new End(0, 0, problem));
        }
    }

    private BodySubscriber<byte[]> body(HttpResponse.ResponseInfo head) {
        lastByteNanos = nanoTime.getAsLong();
        String type = head.headers().firstValue("Content-Type").orElse("");
        return head.statusCode() == 200 && type.startsWith("text/event-stream")
                ? new Body()
                : new BoundedBody(MAX_PROBLEM_BYTES);
    }

    private void over(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
        if (over) {
            return;
        }
        over = true;
        if (response == null) {
            String problem = failure == null ? "no answer" : registry + ": " + Printable.of(failure);
            listener.ended(this, new End(0, 0, problem));
            return;
        }
        long retryAfterNanos = Reply.retryAfterNanos(
                response.headers().firstValue("Retry-After").orElse(""));
        int status = response.statusCode();
        String problem = registry + " ended the stream without a word";
        if (status != 200) {
            problem = new Reply(registry, status, retryAfterNanos, response.body()).describe();
        } else if (response.body().length > 0) {
            problem = registry + " answered with something else than an event stream";
        }
        listener.ended(this, new End(status, retryAfterNanos, problem));
    }

    private void read(List<ByteBuffer> buffers) {
        try {
            for (ByteBuffer buffer : buffers) {
                parser.feed(buffer, this);
            }
            Flow.Subscription current = subscription;
            if (!over && current != null) {
                current.request(1);
            }
        } catch (IOException e) {
            fail(Printable.of(e));
        }
    }

    @Override
    public void event(String name, byte[] data, @Nullable String id) {
        if (!over) {
            listener.event(this, name, data, id);
        }
    }

    @Override
    public void id(String id) {
        if (!over) {
            listener.id(this, id);
        }
    }

    /** Hands chunks from HttpClient's threads to the loop. */
    private final class Body implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> end = new CompletableFuture<>();

        @Override
        public CompletionStage<byte[]> getBody() {
            return end;
        }

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            lastByteNanos = nanoTime.getAsLong();
            loop.execute(() -> read(buffers));
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            end.complete(new byte[0]);
        }
    }
}
