package io.muster.registry.web;

import io.muster.api.DrainResult;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Names;
import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.api.Registered;
import io.muster.api.Registration;
import io.muster.registry.RegistryProperties;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.Outcome.Effect;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.Engine;
import io.muster.registry.security.Caller;
import io.muster.registry.security.InstanceAddresses;
import io.muster.registry.security.StreamBound;
import io.muster.registry.watch.WatchHub;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

@RestController
@RequestMapping("/v1/services/{service}/instances/{id}")
@Tag(name = "instances", description = "What an instance says of itself")
class InstanceController {
    private static final Duration MAX_DRAIN = Duration.ofMinutes(1);

    private final Engine engine;
    private final WatchHub hub;
    private final InstanceAddresses addresses;
    private final StreamBound bound;
    private final RegistryProperties properties;

    InstanceController(
            Engine engine,
            WatchHub hub,
            InstanceAddresses addresses,
            StreamBound bound,
            RegistryProperties properties) {
        this.engine = engine;
        this.hub = hub;
        this.addresses = addresses;
        this.bound = bound;
        this.properties = properties;
    }

    @Operation(
            summary = "Register or replace an instance",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Registration.class))))
    @ApiResponse(
            responseCode = "201",
            description = "A new registration",
            content = @Content(schema = @Schema(implementation = Registered.class)))
    @ApiResponse(
            responseCode = "200",
            description = "The same process again",
            content = @Content(schema = @Schema(implementation = Registered.class)))
    @PutMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> register(
            @PathVariable String service,
            @PathVariable String id,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestBody byte[] body,
            ServerWebExchange exchange) {
        InstanceKey key = key(namespace, service, id);
        Registration registration = Bodies.read(body, Registration.class, exchange);
        Caller caller = CallerFilter.of(exchange);
        return address(key, registration, caller)
                .flatMap(address -> submit(new Command.Register(key, registration, caller.id(), address)))
                .map(this::registered);
    }

    @Operation(
            summary = "Change an instance's own status, weight or metadata",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = InstancePatch.class))))
    @ApiResponse(
            responseCode = "200",
            description = "Applied",
            content = @Content(schema = @Schema(implementation = Registered.class)))
    @PatchMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> patch(
            @PathVariable String service,
            @PathVariable String id,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestParam String generation,
            @RequestBody byte[] body,
            ServerWebExchange exchange) {
        InstanceKey key = key(namespace, service, id);
        Position current = Position.parse("generation", generation);
        InstancePatch patch = Bodies.read(body, InstancePatch.class, exchange);
        return submit(new Command.Patch(
                        key, current, patch, CallerFilter.of(exchange).id()))
                .map(this::registered);
    }

    @Operation(summary = "Deregister an instance")
    @ApiResponse(responseCode = "204", description = "It is gone")
    @DeleteMapping
    Mono<ResponseEntity<byte[]>> deregister(
            @PathVariable String service,
            @PathVariable String id,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestParam String generation,
            ServerWebExchange exchange) {
        Command command = new Command.Deregister(
                key(namespace, service, id),
                Position.parse("generation", generation),
                CallerFilter.of(exchange).id());
        return submit(command).map(outcome -> {
            applied(outcome);
            return ResponseEntity.noContent().build();
        });
    }

    @Operation(summary = "Take an instance out of the rotation and wait until everybody who watches the service knows")
    @ApiResponse(
            responseCode = "200",
            description = "It is DRAINING; the answer says whether all watchers have applied that, and who has not",
            content = @Content(schema = @Schema(implementation = DrainResult.class)))
    @PostMapping("/drain")
    Mono<ResponseEntity<byte[]>> drain(
            @PathVariable String service,
            @PathVariable String id,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestParam String generation,
            @RequestParam(defaultValue = "5s") String timeout,
            ServerWebExchange exchange) {
        InstanceKey key = key(namespace, service, id);
        Duration limit = Durations.parse("timeout", timeout, MAX_DRAIN);
        Caller caller = CallerFilter.of(exchange);
        Command command = new Command.Patch(
                key,
                Position.parse("generation", generation),
                InstancePatch.status(InstanceStatus.DRAINING),
                caller.id());
        return Mono.using(
                        () -> bound.openDrain(caller), stream -> drain(command, key, limit), StreamBound.Stream::close)
                .map(result -> Bodies.json(200, result));
    }

    private Mono<DrainResult> drain(Command command, InstanceKey key, Duration limit) {
        return submit(command).flatMap(outcome -> {
            applied(outcome);
            long index = engine.view().service(key.service()).index();
            Position position = new Position(engine.view().position().epoch(), index);
            return Mono.fromFuture(hub.awaitAudience(key.service(), position, limit));
        });
    }

    /** A host is resolved once for each process that registers it. */
    private Mono<String> address(InstanceKey key, Registration registration, Caller caller) {
        return Mono.justOrEmpty(engine.view()
                        .service(key.service())
                        .find(key.id())
                        .filter(known -> known.owner().equals(caller.id())
                                && known.registration().process().equals(registration.process())
                                && known.registration().host().equals(registration.host()))
                        .map(InstanceRecord::address))
                .switchIfEmpty(Mono.defer(() -> addresses.resolve(registration.host(), caller)));
    }

    private Mono<Outcome> submit(Command command) {
        return Mono.fromCompletionStage(engine.submit(List.of(command))).map(outcomes -> outcomes.get(0));
    }

    private ResponseEntity<byte[]> registered(Outcome outcome) {
        Applied applied = applied(outcome);
        return Bodies.json(
                applied.effect() == Effect.CREATED ? 201 : 200,
                new Registered(
                        applied.generation(),
                        properties.heartbeat().toMillis(),
                        properties.ttl().toMillis()));
    }

    private static Applied applied(Outcome outcome) {
        if (outcome instanceof Applied applied) {
            return applied;
        }
        if (outcome instanceof Outcome.StaleGeneration stale) {
            throw new Problem(
                            "urn:muster:problem:stale-generation",
                            "Stale generation",
                            409,
                            "another process registered under this id; the current generation is " + stale.current(),
                            "generation",
                            null)
                    .asException();
        }
        if (outcome instanceof Outcome.NotOwner other) {
            throw new Problem(
                            "urn:muster:problem:not-owner",
                            "Not the owner",
                            403,
                            "instance " + other.key() + " was registered with another token",
                            "id",
                            other.key().id())
                    .asException();
        }
        if (outcome instanceof Outcome.AddressTaken taken) {
            throw new Problem(
                            "urn:muster:problem:address-taken",
                            "Address taken",
                            409,
                            "an instance of another owner is at " + taken.host() + " port " + taken.port()
                                    + " and its checks pass",
                            "port",
                            String.valueOf(taken.port()))
                    .asException();
        }
        if (outcome instanceof Outcome.Full full) {
            throw Problem.of(503, "Registry full", "at most " + full.limit() + " instances may be registered")
                    .asException();
        }
        if (outcome instanceof Outcome.ServiceFull full) {
            throw new Problem(
                            "urn:muster:problem:service-full",
                            "Service full",
                            422,
                            "the instances of " + full.service().service() + " may take at most " + full.limit()
                                    + " bytes; give them less metadata",
                            "metadata",
                            null)
                    .asException();
        }
        Outcome.NotFound missing = (Outcome.NotFound) outcome;
        throw new Problem(
                        "urn:muster:problem:unknown-instance",
                        "Unknown instance",
                        404,
                        "there is no instance " + missing.key(),
                        "id",
                        missing.key().id())
                .asException();
    }

    private static InstanceKey key(String namespace, String service, String id) {
        return new InstanceKey(new ServiceKey(namespace, service), id);
    }
}
