package io.muster.registry.web;

import io.muster.api.Acknowledgement;
import io.muster.api.Headers;
import io.muster.api.InstanceReference;
import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import io.muster.api.Position;
import io.muster.api.Subscription;
import io.muster.registry.security.Caller;
import io.muster.registry.security.StreamBound;
import io.muster.registry.watch.WatchHub;
import io.muster.registry.watch.WatchRequest;
import io.netty.buffer.Unpooled;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableChannel;
import reactor.netty.http.server.HttpServerResponse;

@RestController
@RequestMapping("/v1/watch")
@Tag(name = "watch", description = "Pushed changes")
class WatchController {
    private final WatchHub hub;
    private final StreamBound streams;

    WatchController(WatchHub hub, StreamBound streams) {
        this.hub = hub;
        this.streams = streams;
    }

    @Operation(summary = "Stream the state and the changes of services as server-sent events")
    @ApiResponse(
            responseCode = "200",
            description =
                    "Events: watcher, snapshot, change, closing. An event's id is the position up to which the stream"
                            + " is complete; Last-Event-ID resumes there",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE))
    @GetMapping
    Mono<Void> watch(
            @RequestParam(name = "service", required = false) @Nullable List<String> services,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestParam(defaultValue = "false") boolean ack,
            @RequestParam(required = false) @Nullable String former,
            @RequestParam(required = false) @Nullable String instance,
            @RequestParam(required = false) @Nullable String generation,
            @RequestHeader(name = Headers.LAST_EVENT_ID, required = false) @Nullable String lastEventId,
            ServerWebExchange exchange) {
        WatchRequest request = new WatchRequest(
                Names.namespace(namespace),
                new Subscription(services == null ? List.of() : services),
                // A position that this registry cannot read is one that it does not know: the stream begins anew.
                lastEventId == null ? null : Position.tryParse(lastEventId).orElse(null),
                ack,
                former,
                instance == null ? null : instance(namespace, instance, generation));
        Caller caller = CallerFilter.of(exchange);
        if (request.instance() != null) {
            caller.requireRegister(request.instance().service());
        }
        return Mono.using(() -> streams.open(caller), stream -> stream(request, exchange), StreamBound.Stream::close);
    }

    private Mono<Void> stream(WatchRequest request, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        Flux<Flux<byte[][]>> groups = hub.watch(request, () -> cut(response));
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.TEXT_EVENT_STREAM);
        headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
        headers.set("X-Accel-Buffering", "no");
        NettyDataBufferFactory buffers = (NettyDataBufferFactory) response.bufferFactory();
        Flux<Publisher<DataBuffer>> body =
                groups.map(group -> group.map(parts -> buffers.wrap(Unpooled.wrappedBuffer(parts))));
        // A connection that closed before the first write ends the writing without a cancellation of what it writes.
        Sinks.Empty<Void> over = Sinks.empty();
        return response.writeAndFlushWith(body.takeUntilOther(over.asMono())).doFinally(signal -> over.tryEmitEmpty());
    }

    @Operation(
            summary = "Replace the services of an open stream",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Subscription.class))))
    @ApiResponse(responseCode = "204", description = "Each added service is answered by its snapshot on the stream")
    @PutMapping(path = "/{watcher}/services", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> subscribe(
            @PathVariable String watcher, @RequestBody byte[] body, ServerWebExchange exchange) {
        Subscription subscription = Bodies.read(body, Subscription.class, exchange);
        CallerFilter.of(exchange).requireNamespace(hub.namespace(watcher));
        return Mono.fromFuture(hub.subscribe(watcher, subscription))
                .thenReturn(ResponseEntity.noContent().build());
    }

    @Operation(
            summary = "Acknowledge what was applied",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Acknowledgement.class))))
    @ApiResponse(responseCode = "204", description = "Noted")
    @PostMapping(path = "/{watcher}/ack", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> acknowledge(
            @PathVariable String watcher, @RequestBody byte[] body, ServerWebExchange exchange) {
        Acknowledgement acknowledgement = Bodies.read(body, Acknowledgement.class, exchange);
        CallerFilter.of(exchange).requireNamespace(hub.namespace(watcher));
        hub.acknowledge(watcher, acknowledgement.position());
        return ResponseEntity.noContent().build();
    }

    @Operation(summary = "End a stream for good: its client acts on what it brought no more, and nobody waits for it")
    @ApiResponse(responseCode = "204", description = "The stream ends")
    @DeleteMapping(path = "/{watcher}")
    Mono<ResponseEntity<byte[]>> leave(@PathVariable String watcher, ServerWebExchange exchange) {
        return Mono.fromFuture(hub.leave(watcher, CallerFilter.of(exchange)::mayUse))
                .map(known -> {
                    if (!known) {
                        throw WatchHub.unknownWatcher();
                    }
                    return ResponseEntity.noContent().build();
                });
    }

    private static InstanceReference instance(String namespace, String instance, @Nullable String generation) {
        int slash = instance.indexOf('/');
        if (slash < 0) {
            throw new InvalidFieldException("instance", "service/id", instance);
        }
        if (generation == null) {
            throw new InvalidFieldException("generation", "present beside instance", "null");
        }
        return new InstanceReference(
                namespace,
                instance.substring(0, slash),
                instance.substring(slash + 1),
                Position.parse("generation", generation));
    }

    private static void cut(ServerHttpResponse response) {
        HttpServerResponse connection = ServerHttpResponseDecorator.getNativeResponse(response);
        connection.withConnection(DisposableChannel::dispose);
    }
}
