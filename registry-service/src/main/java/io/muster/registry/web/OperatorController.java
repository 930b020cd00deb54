package io.muster.registry.web;

import io.muster.api.Names;
import io.muster.api.OperatorSetting;
import io.muster.api.OperatorSettings;
import io.muster.api.Problem;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.Outcome.Effect;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.SettingTarget;
import io.muster.registry.engine.Engine;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

@RestController
@RequestMapping("/v1/operator")
@Tag(name = "operator", description = "What operators decide")
class OperatorController {
    private final Engine engine;

    OperatorController(Engine engine) {
        this.engine = engine;
    }

    @Operation(summary = "Agree that the silent instances of a namespace are gone: their eviction is held back no more")
    @ApiResponse(responseCode = "204", description = "Eviction goes on")
    @ApiResponse(responseCode = "404", description = "Nothing is held back there")
    @DeleteMapping("/silence")
    Mono<ResponseEntity<byte[]>> agree(@RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace) {
        return Mono.fromCompletionStage(engine.agreeToSilence(Names.namespace(namespace)))
                .map(held -> {
                    if (!held) {
                        throw Problem.of(404, "Nothing held", "no eviction is held back in namespace " + namespace)
                                .asException();
                    }
                    return ResponseEntity.noContent().build();
                });
    }

    @Operation(
            summary =
                    "Put a service into maintenance or override its weight, for all its instances, registered or to come",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = OperatorSetting.class))))
    @ApiResponse(responseCode = "201", description = "A new setting; it is on the disk")
    @ApiResponse(
            responseCode = "200",
            description = "It replaces an earlier one, or is the same; it is on the disk",
            content = @Content(schema = @Schema(implementation = OperatorSetting.class)))
    @ApiResponse(responseCode = "409", description = "There are as many settings as the registry holds")
    @ApiResponse(responseCode = "500", description = "It is in force, and could not be stored")
    @PutMapping(path = "/services/{service}", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> decide(
            @PathVariable String service,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestBody byte[] body,
            ServerWebExchange exchange) {
        return decide(SettingTarget.of(new ServiceKey(namespace, service)), body, exchange);
    }

    @Operation(
            summary = "Put an instance into maintenance or override its weight, whoever registers under its id",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = OperatorSetting.class))))
    @ApiResponse(responseCode = "201", description = "A new setting; it is on the disk")
    @ApiResponse(
            responseCode = "200",
            description = "It replaces an earlier one, or is the same; it is on the disk",
            content = @Content(schema = @Schema(implementation = OperatorSetting.class)))
    @ApiResponse(responseCode = "409", description = "There are as many settings as the registry holds")
    @ApiResponse(responseCode = "500", description = "It is in force, and could not be stored")
    @PutMapping(path = "/services/{service}/instances/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> decide(
            @PathVariable String service,
            @PathVariable String id,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace,
            @RequestBody byte[] body,
            ServerWebExchange exchange) {
        return decide(SettingTarget.of(new InstanceKey(new ServiceKey(namespace, service), id)), body, exchange);
    }

    @Operation(summary = "Take back what was said of a service; its instances' own settings stay")
    @ApiResponse(responseCode = "204", description = "It stands no more")
    @ApiResponse(responseCode = "404", description = "Nothing was said of it")
    @DeleteMapping("/services/{service}")
    Mono<ResponseEntity<byte[]>> withdraw(
            @PathVariable String service, @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace) {
        return withdraw(SettingTarget.of(new ServiceKey(namespace, service)));
    }

    @Operation(summary = "Take back what was said of an instance; its service's setting stays")
    @ApiResponse(responseCode = "204", description = "It stands no more")
    @ApiResponse(responseCode = "404", description = "Nothing was said of it")
    @DeleteMapping("/services/{service}/instances/{id}")
    Mono<ResponseEntity<byte[]>> withdraw(
            @PathVariable String service,
            @PathVariable String id,
            @RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace) {
        return withdraw(SettingTarget.of(new InstanceKey(new ServiceKey(namespace, service), id)));
    }

    @Operation(summary = "List what operators say in a namespace, also of what is not registered")
    @ApiResponse(
            responseCode = "200",
            description = "Sorted by service and id",
            content = @Content(schema = @Schema(implementation = OperatorSettings.class)))
    @GetMapping("/settings")
    ResponseEntity<byte[]> settings(@RequestParam(defaultValue = Names.DEFAULT_NAMESPACE) String namespace) {
        Names.namespace(namespace);
        List<OperatorSettings.Entry> entries = engine.view().settings().stream()
                .filter(setting -> setting.target().service().namespace().equals(namespace))
                .map(setting -> new OperatorSettings.Entry(
                        setting.target().service().service(), setting.target().id(), setting.setting()))
                .toList();
        return Bodies.json(200, new OperatorSettings(namespace, entries));
    }

    private Mono<ResponseEntity<byte[]>> decide(SettingTarget target, byte[] body, ServerWebExchange exchange) {
        OperatorSetting setting = Bodies.read(body, OperatorSetting.class, exchange);
        return submit(new Command.Decide(target, setting))
                .map(effect -> Bodies.json(effect == Effect.CREATED ? 201 : 200, setting));
    }

    private Mono<ResponseEntity<byte[]>> withdraw(SettingTarget target) {
        return submit(new Command.Withdraw(target))
                .map(effect -> ResponseEntity.noContent().build());
    }

    private Mono<Effect> submit(Command command) {
        return Mono.fromCompletionStage(engine.submit(List.of(command))).map(outcomes -> effect(outcomes.get(0)));
    }

    private static Effect effect(Outcome outcome) {
        if (outcome instanceof Outcome.TooManySettings full) {
            throw Problem.of(
                            409,
                            "Too many settings",
                            "at most " + full.limit()
                                    + " settings may stand; GET /v1/operator/settings lists them, delete some")
                    .asException();
        }
        if (outcome instanceof Outcome.NoSetting missing) {
            throw Problem.of(404, "No setting", "no operator's setting stands over " + missing.target())
                    .asException();
        }
        return ((Outcome.Settled) outcome).effect();
    }
}
