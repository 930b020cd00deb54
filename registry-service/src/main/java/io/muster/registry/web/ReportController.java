package io.muster.registry.web;

import io.muster.api.Reports;
import io.muster.registry.engine.Engine;
import io.muster.registry.security.Caller;
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

@RestController
@Tag(name = "reports", description = "What clients met")
class ReportController {
    private final Engine engine;

    ReportController(Engine engine) {
        this.engine = engine;
    }

    @Operation(
            summary = "Report instances that refused a connection; the registry looks at them itself",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Reports.class))))
    @ApiResponse(
            responseCode = "202",
            description =
                    "Noted, whether or not they are registered; those in namespaces that the caller may not use are passed over")
    @PostMapping(path = "/v1/reports", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> report(@RequestBody byte[] body, ServerWebExchange exchange) {
        Caller caller = CallerFilter.of(exchange);
        engine.suspect(Bodies.read(body, Reports.class, exchange).instances().stream()
                .filter(instance -> caller.mayUse(instance.namespace()))
                .toList());
        return ResponseEntity.accepted().build();
    }
}
