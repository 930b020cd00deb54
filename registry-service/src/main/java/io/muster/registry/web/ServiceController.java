package io.muster.registry.web;

import io.muster.api.Headers;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.Names;
import io.muster.api.Position;
import io.muster.api.ServiceHistory;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.security.Caller;
import io.muster.registry.security.StreamBound;
import io.muster.registry.watch.EncodedService;
import io.muster.registry.watch.ServiceEncoder;
import io.muster.registry.watch.WatchHub;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

@RestController
@Tag(name = "services", description = "The catalogue")
class ServiceController {
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private final View view;
    private final ServiceEncoder encoder;
    private final WatchHub hub;
    private final StreamBound streams;

    ServiceController(Engine engine, ServiceEncoder encoder, WatchHub hub, StreamBound streams) {
        this.view = engine.view();
        this.encoder = encoder;
        this.hub = hub;
        this.streams = streams;
    }

    @Operation(summary = "List the services of a namespace")
    @ApiResponse(
            responseCode = "200",
            description = "Sorted by name",
            content = @Content(schema = @Schema(implementation = ServiceList.class)))
    @GetMapping("/v1/services")
    ResponseEntity<byte[]> list(@RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace) {
        Names.namespace(namespace);
        long epoch = view.position().epoch();
        List<ServiceList.Entry> entries = new ArrayList<>();
        for (ServiceState state : view.services(namespace)) {
            int up = 0;
            for (InstanceRecord instance : state.instances()) {
                up += instance.status().takesRequests() ? 1 : 0;
            }
            entries.add(new ServiceList.Entry(
                    state.key().service(),
                    new Position(epoch, state.index()),
                    state.instances().size(),
                    up));
        }
        return Bodies.json(200, new ServiceList(namespace, entries));
    }

    @Operation(summary = "Look up the instances of a service")
    @ApiResponse(
            responseCode = "200",
            description = "Sorted by id, in every status unless filtered; empty for an unknown service",
            content = @Content(schema = @Schema(implementation = ServiceSnapshot.class)))
    @ApiResponse(responseCode = "304", description = "The entity tag of If-None-Match is current", content = @Content)
    @GetMapping("/v1/services/{service}")
    Mono<ResponseEntity<byte[]>> lookup(
            @PathVariable String service,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String zone,
            @Parameter(description = "Wait until the service has changed after this position, and say it is applied")
                    @RequestParam(required = false)
                    @Nullable
                    String position,
            @RequestParam(defaultValue = "30s") String wait,
            @Parameter(description = "Tells those who ask by position apart; their connection by default")
                    @RequestParam(required = false)
                    @Nullable
                    String client,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch,
            ServerWebExchange exchange) {
        ServiceKey key = new ServiceKey(namespace, service);
        InstanceStatus wanted = status == null ? null : status(status);
        Supplier<ResponseEntity<byte[]>> answer = () -> answer(key, wanted, zone, ifNoneMatch);
        if (position == null) {
            return Mono.fromSupplier(answer);
        }
        Position applied = Position.parse(position);
        Duration limit = Durations.parse("wait", wait, MAX_WAIT);
        Caller caller = CallerFilter.of(exchange);
        String who = client == null ? peer(exchange) : Names.client(client);
        return Mono.using(
                () -> streams.open(caller),
                stream -> Mono.fromFuture(hub.awaitChange(key, applied, limit, caller.client(), who))
                        .then(Mono.fromSupplier(answer)),
                StreamBound.Stream::close);
    }

    @Operation(summary = "Tell the last changes of a service: why its instances take traffic, or do not")
    @ApiResponse(
            responseCode = "200",
            description = "What this node remembers, newest first; also of a service that is gone",
            content = @Content(schema = @Schema(implementation = ServiceHistory.class)))
    @GetMapping("/v1/services/{service}/history")
    ResponseEntity<byte[]> history(
            @PathVariable String service, @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace) {
        ServiceKey key = new ServiceKey(namespace, service);
        return Bodies.json(200, new ServiceHistory(namespace, service, view.history(key)));
    }

    private static String peer(ServerWebExchange exchange) {
        return String.valueOf(exchange.getRequest().getRemoteAddress());
    }

    private ResponseEntity<byte[]> answer(
            ServiceKey key, @Nullable InstanceStatus status, @Nullable String zone, @Nullable String ifNoneMatch) {
        EncodedService encoded = encoder.encode(key);
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.ETAG, encoded.etag());
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (view.warming()) {
            headers.set(Headers.WARMING, "true");
        }
        byte[] body = encoded.json();
        if (status != null || zone != null) {
            headers.remove(HttpHeaders.ETAG);
            body = filtered(encoded.state(), status, zone);
        } else if (ifNoneMatch != null && EntityTags.match(ifNoneMatch, encoded.etag())) {
            return ResponseEntity.status(304).headers(headers).build();
        }
        headers.setContentType(MediaType.APPLICATION_JSON);
        return ResponseEntity.ok().headers(headers).body(body);
    }

    private byte[] filtered(ServiceState state, @Nullable InstanceStatus status, @Nullable String zone) {
        List<Instance> instances = new ArrayList<>();
        for (InstanceRecord record : state.instances()) {
            boolean wanted = (status == null || record.status() == status)
                    && (zone == null || record.registration().zone().equals(zone));
            if (wanted) {
                instances.add(record.toInstance());
            }
        }
        Position position = new Position(view.position().epoch(), state.index());
        return JsonCodec.server()
                .encode(new ServiceSnapshot(state.key().namespace(), state.key().service(), position, instances));
    }

    private static InstanceStatus status(String name) {
        for (InstanceStatus status : InstanceStatus.values()) {
            if (status.name().equals(name) && status != InstanceStatus.UNKNOWN) {
                return status;
            }
        }
        throw new InvalidFieldException("status", "one of STARTING, UP, DRAINING, DOWN, MAINTENANCE", name);
    }
}
