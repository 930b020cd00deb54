package io.muster.registry.web;

import io.muster.api.JsonCodec;
import io.muster.api.SilenceHolds;
import io.muster.api.SilenceHolds.Hold;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.security.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.TimeUnit;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

@RestController
@Tag(name = "operator", description = "What operators decide")
class SilenceController {
    private final View view;

    SilenceController(Engine engine) {
        this.view = engine.view();
    }

    @Operation(summary = "Where so many instances fell silent at once that none of them is evicted")
    @ApiResponse(
            responseCode = "200",
            description = "One hold per namespace that the caller may use",
            content = @Content(schema = @Schema(implementation = SilenceHolds.class)))
    @GetMapping("/v1/operator/silence")
    ResponseEntity<byte[]> holds(ServerWebExchange exchange) {
        Caller caller = CallerFilter.of(exchange);
        SilenceHolds holds = new SilenceHolds(view.holds().stream()
                .filter(hold -> caller.mayUse(hold.namespace()))
                .map(hold -> new Hold(
                        hold.namespace(), hold.silent(), hold.of(), TimeUnit.NANOSECONDS.toSeconds(hold.heldNanos())))
                .toList());
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(JsonCodec.server().encode(holds));
    }
}
