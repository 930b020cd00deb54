package io.muster.registry.proxy;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.Outcome;
import io.muster.lb.Ticket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Passes a WebSocket's handshake on to instances of a service, as {@link Exchange} does with other requests, and joins the two connections when one agrees.
 * What an instance says instead is the answer, and the caller's connection ends with it.
 */
final class WebSocketExchange {
    private final ProxyCall call;
    private final ProxiedService service;
    private final ProxyHandler.Parts parts;
    private final ProxyProperties.Timeouts timeouts;
    private final boolean showInstances;
    private final LongSupplier nanoClock;
    private final Channel caller;
    private final long hash;

    WebSocketExchange(
            ProxyCall call,
            ProxiedService service,
            ProxyHandler.Parts parts,
            ProxyProperties.Timeouts timeouts,
            boolean showInstances,
            LongSupplier nanoClock) {
        this.call = call;
        this.service = service;
        this.parts = parts;
        this.timeouts = timeouts;
        this.showInstances = showInstances;
        this.nanoClock = nanoClock;
        AtomicReference<@Nullable Channel> channel = new AtomicReference<>();
        call.request().withConnection(connection -> channel.set(connection.channel()));
        Channel found = channel.get();
        if (found == null) {
            throw new IllegalStateException("connection of a request must be there but was not");
        }
        this.caller = found;
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
                    : problem(before.status(), Exchange.failedText(service, call, before), call.instance());
        }
        Ticket ticket = service.start(endpoint);
        call.attempt(instance.id());
        return WebSocketHandshake.ask(
                        parts.backends(),
                        instance,
                        caller,
                        request(instance),
                        timeouts.answer().toNanos())
                .map(answer -> answered(answer, ticket, instance))
                .onErrorResume(thrown -> Mono.just(failed(thrown, tried.with(endpoint), ticket)))
                .flatMap(next -> next)
                .doOnCancel(() -> ticket.finish(Outcome.CANCELLED));
    }

    private DefaultFullHttpRequest request(InstanceTarget instance) {
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, call.route().target());
        HttpHeaders out = request.headers();
        parts.headers()
                .request(
                        call.headers(),
                        out,
                        call.request().remoteAddress(),
                        "1.1",
                        call.route().prefix());
        out.set(HttpHeaderNames.HOST, instance.authority());
        out.remove(HttpHeaderNames.CONTENT_LENGTH);
        upgrade(out);
        return request;
    }

    /** Runs while the answer is handed out, so that nothing of what follows it is missed. */
    private Mono<Void> answered(WebSocketHandshake.Answer answer, Ticket ticket, InstanceTarget instance) {
        ticket.responseStarted();
        int status = answer.head().status().code();
        call.answer(status);
        if (answer.isAgreed()) {
            return join(answer, ticket, instance);
        }
        Outcome outcome = status >= 500 ? Outcome.SERVER_ERROR : Outcome.SUCCESS;
        call.response().status(answer.head().status());
        HttpHeaders out = call.response().responseHeaders();
        parts.headers().response(answer.head().headers(), out, "1.1");
        out.set(HttpHeaderNames.CONNECTION, "close");
        ByteBuf body = Unpooled.copiedBuffer(answer.head().content());
        out.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return Mono.from(call.response().sendObject(body)).doFinally(signal -> ticket.finish(outcome));
    }

    private Mono<Void> join(WebSocketHandshake.Answer answer, Ticket ticket, InstanceTarget instance) {
        RequestSyntax syntax = caller.pipeline().get(RequestSyntax.class);
        if (syntax == null || !caller.isActive()) {
            answer.channel().unsafe().close(answer.channel().newPromise());
            ticket.finish(Outcome.CANCELLED);
            return Mono.empty();
        }
        AtomicReference<OpenStreams.@Nullable Stream> stream = new AtomicReference<>();
        Sinks.Empty<Void> over = Sinks.empty();
        WebSocketTunnel tunnel = new WebSocketTunnel(
                caller, answer.channel(), timeouts.webSocketIdle().toNanos(), nanoClock, () -> {
                    OpenStreams.Stream open = stream.getAndSet(null);
                    if (open != null) {
                        parts.streams().remove(open);
                    }
                    ticket.finish(Outcome.SUCCESS);
                    over.tryEmitEmpty();
                });
        stream.set(parts.streams().add(service.key(), instance, tunnel::goAway));
        tunnel.open(head(answer.head().headers()), syntax);
        return over.asMono().doOnCancel(tunnel::cut);
    }

    /** As octets: the server's HTTP handlers must not know that this request was answered. */
    private ByteBuf head(HttpHeaders in) {
        HttpHeaders out = new DefaultHttpHeaders();
        parts.headers().response(in, out, "1.1");
        out.remove(HttpHeaderNames.CONTENT_LENGTH);
        upgrade(out);
        StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        for (Map.Entry<String, String> header : out) {
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return ByteBufUtil.encodeString(
                caller.alloc(), CharBuffer.wrap(head.append("\r\n")), StandardCharsets.ISO_8859_1);
    }

    private static void upgrade(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONNECTION, "Upgrade").set(HttpHeaderNames.UPGRADE, "websocket");
    }

    private Mono<Void> failed(Throwable thrown, Exclusions tried, Ticket ticket) {
        ProxyFailure failure = ProxyFailure.of(thrown);
        ticket.finish(failure.outcome());
        boolean again = call.attempts() < service.retry().attempts()
                && (failure == ProxyFailure.REFUSED
                        || (failure == ProxyFailure.BROKEN && service.budget().tryRetry()));
        return again
                ? attempt(tried, failure)
                : problem(failure.status(), Exchange.failedText(service, call, failure), call.instance());
    }

    private Mono<Void> problem(int status, String detail, @Nullable String instance) {
        call.answer(status);
        return Mono.from(ProxyAnswers.problem(
                call.request(), call.response(), status, detail, call.attempts(), showInstances ? instance : null));
    }
}
