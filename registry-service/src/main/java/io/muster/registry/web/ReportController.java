package io.muster.registry.web;

import io.muster.api.Reports;
import io.muster.registry.engine.Engine;
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
    @ApiResponse(responseCode = "202", description = "Noted, whether or not they are registered")
    @PostMapping(path = "/v1/reports", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> report(@RequestBody byte[] body, ServerWebExchange exchange) {
        engine.suspect(Bodies.read(body, Reports.class, exchange).instances());
        return ResponseEntity.accepted().build();
    }
}
