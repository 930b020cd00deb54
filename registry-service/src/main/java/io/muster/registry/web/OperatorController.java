package io.muster.registry.web;

import io.muster.api.Names;
import io.muster.api.Problem;
import io.muster.registry.engine.Engine;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
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
}
