package io.muster.registry.proxy;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.Outcome;
import io.muster.lb.Ticket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.ByteBufFlux;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Passes one request on to instances of a service, one after the other, until one answers, and streams the answer back. A second one is asked when the first
 * has seen nothing of the request; also when it broke the connection before its answer and the request may be repeated, as far as the retry budget goes.
 */
final class Exchange {
    private static final Set<String> NO_TRAILER = Set.of(
            "content-length",
            "transfer-encoding",
            "host",
            "connection",
            "upgrade",
            "trailer",
            "content-encoding",
            "set-cookie");

    private final ProxyCall call;
    private final ProxiedService service;
    private final Backends backends;
    private final ProxyHeaders headers;
    private final OpenStreams streams;
    private final boolean showInstances;
    private final long hash;

    Exchange(
            ProxyCall call,
            ProxiedService service,
            Backends backends,
            ProxyHeaders headers,
            OpenStreams streams,
            boolean showInstances) {
        this.call = call;
        this.service = service;
        this.backends = backends;
        this.headers = headers;
        this.streams = streams;
        this.showInstances = showInstances;
        this.hash = service.hash(call);
    }

    Mono<Void> run() {
        service.budget().called();
        return attempt(Exclusions.none(), null);
    }

    private Mono<Void> attempt(Exclusions tried, @Nullable ProxyFailure before) {
        Endpoint endpoint = service.pick(hash, tried);
        if (endpoint == null || !(endpoint.target() instanceof InstanceTarget instance)) {
            return before == null
                    ? problem(503, service.noInstanceText(), null)
                    : problem(before.status(), failedText(service, call, before), call.instance());
        }
        Ticket ticket = service.start(endpoint);
        call.attempt(instance.id());
        // Whose fault it is that an answer breaks off is known only where it is read.
        AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
        return backends.client(instance)
                .request(call.request().method())
                .uri(call.route().target())
                .send((request, outbound) -> send(request, outbound, instance))
                .response((answer, body) -> answer(answer, body, ticket, instance, broken))
                .then()
                .onErrorResume(thrown -> failed(thrown, broken.get(), tried.with(endpoint), ticket))
                .doOnCancel(() -> ticket.finish(Outcome.CANCELLED));
    }

    private Publisher<Void> send(HttpClientRequest request, NettyOutbound outbound, InstanceTarget instance) {
        HttpHeaders out = request.requestHeaders();
        out.clear();
        headers.request(
                call.headers(),
                out,
                call.request().remoteAddress(),
                version(),
                call.route().prefix());
        out.set(HttpHeaderNames.HOST, instance.authority());
        if (!call.hasBody()) {
            HttpMethod method = call.request().method();
            if (!out.contains(HttpHeaderNames.CONTENT_LENGTH)
                    && (method.equals(HttpMethod.POST)
                            || method.equals(HttpMethod.PUT)
                            || method.equals(HttpMethod.PATCH))) {
                out.set(HttpHeaderNames.CONTENT_LENGTH, 0);
            }
            return outbound;
        }
        if (!out.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            out.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        Flux<ByteBuf> body = Flux.defer(() -> {
            call.takeBody();
            return call.request().receive().retain().takeUntilOther(call.refusedBody());
        });
        // As objects, because of the bodies of GET and HEAD the client would gather all of it.
        return outbound.sendObject(
                body.onErrorMap(thrown -> thrown instanceof Refusal ? thrown : new ProxyFailure.CallerGone(thrown)));
    }

    private Publisher<Void> answer(
            HttpClientResponse answer,
            ByteBufFlux body,
            Ticket ticket,
            InstanceTarget instance,
            AtomicReference<@Nullable Throwable> broken) {
        ticket.responseStarted();
        int status = answer.status().code();
        HttpServerResponse response = call.response();
        call.answer(status);
        response.status(answer.status());
        headers.response(answer.responseHeaders(), response.responseHeaders(), version(answer));
        if (CloseAfterAnswer.isAsked(call.headers())) {
            response.header(HttpHeaderNames.CONNECTION, "close");
        }
        if (call.request().version().minorVersion() == 0
                && !response.responseHeaders().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            // It knows no chunks: its end is the connection's.
            response.chunkedTransfer(false).keepAlive(false);
        }
        Outcome outcome = status >= 500 ? Outcome.SERVER_ERROR : Outcome.SUCCESS;
        Flux<ByteBuf> content = body.retain().doOnError(broken::set);
        Mono<Void> sent;
        if (isWithoutBody(status)) {
            sent = Mono.from(response.send())
                    .then(Mono.from(content.doOnNext(ByteBuf::release).then()));
        } else if (isEventStream(answer)) {
            sent = stream(answer, content, instance);
        } else {
            trailers(answer, response);
            boolean known = response.responseHeaders().contains(HttpHeaderNames.CONTENT_LENGTH);
            sent = Mono.from(known ? response.send(content) : response.send(content, buffer -> true));
        }
        return sent.doOnSuccess(done -> ticket.finish(outcome));
    }

    private boolean isWithoutBody(int status) {
        return call.request().method().equals(HttpMethod.HEAD) || status == 204 || status == 304 || status == 205;
    }

    /** An event stream may be silent for as long as it likes, and ends well when its instance is drained. */
    private Mono<Void> stream(HttpClientResponse answer, Flux<ByteBuf> content, InstanceTarget instance) {
        if (answer instanceof Connection connection) {
            Channel channel = connection.channel();
            channel.eventLoop().execute(() -> {
                if (channel.pipeline().get(NettyPipeline.ResponseTimeoutHandler) != null) {
                    channel.pipeline().remove(NettyPipeline.ResponseTimeoutHandler);
                }
            });
        }
        Sinks.Empty<Void> end = Sinks.empty();
        OpenStreams.Stream stream = streams.add(service.key(), instance, end::tryEmitEmpty);
        return Mono.from(call.response().send(content.takeUntilOther(end.asMono()), buffer -> true))
                .doFinally(signal -> streams.remove(stream));
    }

    private static boolean isEventStream(HttpClientResponse answer) {
        String type = answer.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }

    /** Those that the answer announces and that say nothing of where it ends. */
    private static void trailers(HttpClientResponse answer, HttpServerResponse response) {
        String announced = answer.responseHeaders().get(HttpHeaderNames.TRAILER);
        if (announced == null || response.responseHeaders().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return;
        }
        for (String name : announced.split(",", -1)) {
            if (NO_TRAILER.contains(name.strip().toLowerCase(Locale.ROOT))) {
                return;
            }
        }
        response.header(HttpHeaderNames.TRAILER, announced);
        AtomicReference<@Nullable HttpHeaders> came = new AtomicReference<>();
        reactor.core.Disposable unused = answer.trailerHeaders().subscribe(came::set, error -> {});
        response.trailerHeaders(out -> {
            HttpHeaders theirs = came.get();
            if (theirs != null) {
                for (String name : announced.split(",", -1)) {
                    String value = theirs.get(name.strip());
                    if (value != null) {
                        out.set(name.strip(), value);
                    }
                }
            }
        });
    }

    private Mono<Void> failed(Throwable thrown, @Nullable Throwable broken, Exclusions tried, Ticket ticket) {
        if (call.isAnswered()) {
            ticket.finish(
                    broken == null ? Outcome.CANCELLED : ProxyFailure.of(broken).outcome());
            return abort();
        }
        ProxyFailure failure = ProxyFailure.of(thrown);
        ticket.finish(failure.outcome());
        if (failure == ProxyFailure.CALLER) {
            Throwable refused = thrown instanceof Refusal ? thrown : thrown.getCause();
            return refused instanceof Refusal refusal ? problem(refusal.status(), refusal.detail(), null) : abort();
        }
        if (mayRepeat(failure)) {
            return attempt(tried, failure);
        }
        return problem(failure.status(), failedText(service, call, failure), call.instance());
    }

    private boolean mayRepeat(ProxyFailure failure) {
        if (call.attempts() >= service.retry().attempts() || call.isBodyTaken()) {
            return false;
        }
        return switch (failure) {
            case REFUSED, EXHAUSTED -> true;
            case BROKEN -> call.isRepeatable() && service.budget().tryRetry();
            case TIMEOUT, CALLER -> false;
        };
    }

    /** Ends the caller's connection without an end of the answer: half an answer must not look like a whole one. */
    private Mono<Void> abort() {
        return Mono.create(sink -> call.request().withConnection(connection -> {
            Channel channel = connection.channel();
            channel.eventLoop().execute(() -> {
                channel.unsafe().close(channel.newPromise());
                sink.success();
            });
        }));
    }

    static String failedText(ProxiedService service, ProxyCall call, ProxyFailure failure) {
        return "An instance of service " + service.key().service() + " in namespace "
                + service.key().namespace() + " " + failure.text() + ", and no other one was asked or could be: "
                + call.attempts() + (call.attempts() == 1 ? " attempt" : " attempts");
    }

    private Mono<Void> problem(int status, String detail, @Nullable String instance) {
        call.answer(status);
        return Mono.from(ProxyAnswers.problem(
                call.request(), call.response(), status, detail, call.attempts(), showInstances ? instance : null));
    }

    private String version() {
        return call.request().version().minorVersion() == 0 ? "1.0" : "1.1";
    }

    private static String version(HttpClientResponse answer) {
        return answer.version().minorVersion() == 0 ? "1.0" : "1.1";
    }
}
