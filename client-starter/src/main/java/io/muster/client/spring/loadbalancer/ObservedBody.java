package io.muster.client.spring.loadbalancer;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.ByteArrayEncoder;
import org.springframework.core.codec.CharSequenceEncoder;
import org.springframework.core.codec.Encoder;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.codec.EncoderHttpMessageWriter;
import org.springframework.http.codec.FormHttpMessageWriter;
import org.springframework.http.codec.HttpMessageEncoder;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.multipart.MultipartHttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import reactor.core.Fuseable;
import reactor.core.publisher.Mono;

/**
 * A request's body that knows whether it may be sent once more.
 *
 * <p>It may when nothing asked for it yet, since most clients ask for a body only once they are connected; and when it is a
 * value that is encoded anew each time: JSON and the like, text, bytes, a form. Not when it is a publisher: a second
 * subscription to a request that comes in, a file being read, or a hot stream gives a different body or half of one, and
 * nobody would notice. Nor when it is a resource or a buffer, which reading uses up.
 *
 * <p>It also keeps the client below from sending a request that is not idempotent twice by itself: Reactor Netty repeats
 * any request once when a pooled connection was reset.
 */
final class ObservedBody implements BodyInserter<Object, ClientHttpRequest> {
    private final BodyInserter<?, ? super ClientHttpRequest> body;
    private final boolean onlyOnce;
    private volatile boolean asked;
    private volatile boolean used;

    /** @param onlyOnce whether a second insertion is refused */
    ObservedBody(BodyInserter<?, ? super ClientHttpRequest> body, boolean onlyOnce) {
        this.body = body;
        this.onlyOnce = onlyOnce;
    }

    /** Whether the same request may be sent again with the same body. */
    boolean isReplayable() {
        return !asked || !used;
    }

    @Override
    public Mono<Void> insert(ClientHttpRequest request, Context context) {
        if (asked && onlyOnce) {
            return Mono.error(new IOException(
                    "The connection was reset; the server may have processed the request, so it is not sent twice"));
        }
        asked = true;
        if (body == BodyInserters.empty()) {
            return body.insert(request, context);
        }
        // Used until a writer shows that it is a value; inserters that write by themselves stay so.
        used = true;
        return body.insert(request, new ObservingContext(context));
    }

    private final class ObservingContext implements Context {
        private final Context context;

        ObservingContext(Context context) {
            this.context = context;
        }

        @Override
        public List<HttpMessageWriter<?>> messageWriters() {
            return context.messageWriters().stream()
                    .<HttpMessageWriter<?>>map(writer -> new ObservingWriter<>(writer))
                    .toList();
        }

        @Override
        public Optional<ServerHttpRequest> serverRequest() {
            return context.serverRequest();
        }

        @Override
        public Map<String, Object> hints() {
            return context.hints();
        }
    }

    private final class ObservingWriter<T> implements HttpMessageWriter<T> {
        private final HttpMessageWriter<T> writer;

        ObservingWriter(HttpMessageWriter<T> writer) {
            this.writer = writer;
        }

        @Override
        public List<MediaType> getWritableMediaTypes() {
            return writer.getWritableMediaTypes();
        }

        @Override
        public List<MediaType> getWritableMediaTypes(ResolvableType elementType) {
            return writer.getWritableMediaTypes(elementType);
        }

        @Override
        public boolean canWrite(ResolvableType elementType, @Nullable MediaType mediaType) {
            return writer.canWrite(elementType, mediaType);
        }

        @Override
        public Mono<Void> write(
                Publisher<? extends T> values,
                ResolvableType elementType,
                @Nullable MediaType mediaType,
                ReactiveHttpOutputMessage message,
                Map<String, Object> hints) {
            // Mono.just and its like, by which WebClient passes a value on.
            if (values instanceof Fuseable.ScalarCallable && encodesAnew(writer, mediaType)) {
                used = false;
            }
            return writer.write(values, elementType, mediaType, message, hints);
        }
    }

    private static boolean encodesAnew(HttpMessageWriter<?> writer, @Nullable MediaType mediaType) {
        if (writer instanceof EncoderHttpMessageWriter<?> encoding) {
            Encoder<?> encoder = encoding.getEncoder();
            return encoder instanceof HttpMessageEncoder
                    || encoder instanceof CharSequenceEncoder
                    || encoder instanceof ByteArrayEncoder;
        }
        // The one for multipart writes plain forms too; parts of a multipart may be streams.
        return writer instanceof FormHttpMessageWriter
                || (writer instanceof MultipartHttpMessageWriter
                        && MediaType.APPLICATION_FORM_URLENCODED.equalsTypeAndSubtype(mediaType));
    }
}
