package io.muster.registry.web;

import io.muster.api.Heartbeats;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

@RestController
@Tag(name = "heartbeats", description = "Signs of life")
class HeartbeatController {
    private final Renewals renewals;

    HeartbeatController(Renewals renewals) {
        this.renewals = renewals;
    }

    @Operation(
            summary = "Renew a batch of registrations",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Heartbeats.class))))
    @ApiResponse(
            responseCode = "200",
            description = "The ones that the registry does not know: they register again at once",
            content = @Content(schema = @Schema(implementation = Heartbeats.Answer.class)))
    @PostMapping(path = "/v1/heartbeats", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> heartbeats(@RequestBody byte[] body, ServerWebExchange exchange) {
        Heartbeats heartbeats = Bodies.read(body, Heartbeats.class, exchange);
        return Mono.fromCompletionStage(renewals.renew(heartbeats, CallerFilter.of(exchange)))
                .map(answer -> Bodies.json(200, answer));
    }
}
