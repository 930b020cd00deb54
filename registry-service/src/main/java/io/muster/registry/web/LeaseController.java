package io.muster.registry.web;

import io.muster.api.JsonCodec;
import io.muster.api.LeaseAcquisition;
import io.muster.api.LeaseGrant;
import io.muster.api.LeaseHistory;
import io.muster.api.LeaseList;
import io.muster.api.LeaseNames;
import io.muster.api.LeaseRelease;
import io.muster.api.LeaseRenewal;
import io.muster.registry.lease.LeaseEvent;
import io.muster.registry.lease.LeaseService;
import io.muster.registry.lease.StoredLease;
import io.muster.registry.replication.Standing;
import io.muster.registry.security.Caller;
import io.muster.registry.security.StreamBound;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@RestController
@Tag(name = "leases", description = "Exclusive, time-bounded ownership with fencing tokens")
class LeaseController {
    private static final int MAX_LISTED = 1000;
    private static final String STALE = "X-Muster-Stale";

    private final LeaseCalls calls;
    private final StreamBound streams;

    LeaseController(LeaseCalls calls, StreamBound streams) {
        this.calls = calls;
        this.streams = streams;
    }

    @Operation(
            summary = "Ask for a lease",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = LeaseAcquisition.class))))
    @ApiResponse(
            responseCode = "200",
            description = "Granted, held by somebody else, or its planned time has run",
            content = @Content(schema = @Schema(implementation = LeaseGrant.class)))
    @ApiResponse(responseCode = "409", description = "The registry remembers as many leases as it may")
    @ApiResponse(responseCode = "503", description = "There is no majority, and it was certainly not granted")
    @ApiResponse(responseCode = "504", description = "It may have been granted: ask again with the same requestId")
    @PostMapping(path = "/v1/leases/acquire", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> acquire(@RequestBody byte[] body, ServerWebExchange exchange) {
        LeaseAcquisition asked = Bodies.read(body, LeaseAcquisition.class, exchange);
        return calls.acquire(asked, CallerFilter.of(exchange)).map(grant -> Bodies.json(200, grant));
    }

    @Operation(
            summary = "Give grants their full TTL again",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = LeaseRenewal.class))))
    @ApiResponse(
            responseCode = "200",
            description = "Those that live on; what is missing is over",
            content = @Content(schema = @Schema(implementation = LeaseRenewal.Answer.class)))
    @PostMapping(path = "/v1/leases/renew", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> renew(@RequestBody byte[] body, ServerWebExchange exchange) {
        LeaseRenewal asked = Bodies.read(body, LeaseRenewal.class, exchange);
        return calls.renew(asked, CallerFilter.of(exchange)).map(answer -> Bodies.json(200, answer));
    }

    @Operation(
            summary = "End a grant, at once or later",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = LeaseRelease.class))))
    @ApiResponse(
            responseCode = "200",
            description = "Whether it was live",
            content = @Content(schema = @Schema(implementation = LeaseRelease.Answer.class)))
    @PostMapping(path = "/v1/leases/release", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> release(@RequestBody byte[] body, ServerWebExchange exchange) {
        LeaseRelease asked = Bodies.read(body, LeaseRelease.class, exchange);
        return calls.release(asked, CallerFilter.of(exchange)).map(answer -> Bodies.json(200, answer));
    }

    @Operation(summary = "Look a lease up where it is decided, never in a copy that may lag")
    @ApiResponse(
            responseCode = "200",
            description = "What is stored",
            content = @Content(schema = @Schema(implementation = LeaseList.Entry.class)))
    @ApiResponse(responseCode = "404", description = "Nothing is stored under this name")
    @GetMapping(path = "/v1/leases/{name}")
    Mono<ResponseEntity<byte[]>> inspect(@PathVariable String name, ServerWebExchange exchange) {
        LeaseNames.checked("name", name);
        CallerFilter.of(exchange).requireLease(name);
        return calls.inspect(name).map(found -> Bodies.json(200, entry(found)));
    }

    @Operation(summary = "List the leases that this node knows, and that the caller may take")
    @ApiResponse(
            responseCode = "200",
            description = "Sorted by name, at most 1,000; with X-Muster-Stale when this node may lag behind",
            content = @Content(schema = @Schema(implementation = LeaseList.class)))
    // What takes anything gets this: with a media type of its own it would be no better a match than the stream.
    @GetMapping(path = "/v1/leases")
    ResponseEntity<byte[]> list(@RequestParam(defaultValue = "") String prefix, ServerWebExchange exchange) {
        Caller caller = CallerFilter.of(exchange);
        LeaseService service = calls.service();
        List<LeaseList.Entry> entries =
                service.table().list(name -> name.startsWith(prefix) && caller.mayLease(name), MAX_LISTED).stream()
                        .map(LeaseController::entry)
                        .toList();
        return json(service, new LeaseList(entries));
    }

    @Operation(summary = "What became of a lease lately, as far as this node remembers")
    @ApiResponse(
            responseCode = "200",
            description = "The oldest first",
            content = @Content(schema = @Schema(implementation = LeaseHistory.class)))
    @GetMapping(path = "/v1/leases/{name}/history")
    ResponseEntity<byte[]> history(@PathVariable String name, ServerWebExchange exchange) {
        LeaseNames.checked("name", name);
        CallerFilter.of(exchange).requireLease(name);
        LeaseService service = calls.service();
        long now = service.table().clock();
        List<LeaseHistory.Entry> entries = service.table().events(name::equals).stream()
                .map(event -> entry(event, now))
                .toList();
        return json(service, new LeaseHistory(entries));
    }

    @Operation(summary = "Stream what becomes of leases as server-sent events")
    @ApiResponse(
            responseCode = "200",
            description = "Events: granted, released, expired, forced; gap when some are forgotten since Last-Event-ID",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE))
    @GetMapping(path = "/v1/leases", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> watch(
            @RequestParam(defaultValue = "") String prefix,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            ServerWebExchange exchange) {
        Caller caller = CallerFilter.of(exchange);
        LeaseService service = calls.service();
        return Flux.using(
                () -> streams.open(caller),
                stream -> LeaseStream.open(
                        service, name -> name.startsWith(prefix) && caller.mayLease(name), lastEventId),
                StreamBound.Stream::close);
    }

    @Operation(summary = "End whatever grant of a lease is live; its holder's token is refused from the next grant on")
    @ApiResponse(
            responseCode = "200",
            description = "Whether there was one",
            content = @Content(schema = @Schema(implementation = LeaseRelease.Answer.class)))
    @DeleteMapping(path = "/v1/operator/leases/{name}")
    Mono<ResponseEntity<byte[]>> forceRelease(@PathVariable String name, ServerWebExchange exchange) {
        LeaseNames.checked("name", name);
        Caller operator = CallerFilter.of(exchange);
        operator.requireEveryNamespace();
        return calls.forceRelease(name, operator).map(answer -> Bodies.json(200, answer));
    }

    private static ResponseEntity<byte[]> json(LeaseService service, Object body) {
        Standing standing = service.replicated().standing();
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON);
        if (standing.leader().isEmpty()) {
            answer = answer.header(STALE, "true");
        }
        return answer.body(JsonCodec.server().encode(body));
    }

    private static LeaseList.Entry entry(StoredLease lease) {
        return new LeaseList.Entry(
                lease.name(),
                lease.holder(),
                lease.token(),
                lease.live(),
                LeaseCalls.millis(lease.remainingNanos()),
                lease.completedMillis());
    }

    static LeaseHistory.Entry entry(LeaseEvent event, long clock) {
        return new LeaseHistory.Entry(
                event.index(),
                event.kind().name(),
                event.name(),
                event.holder(),
                event.token(),
                event.by(),
                TimeUnit.NANOSECONDS.toMillis(clock - event.clockNanos()));
    }
}
