package io.muster.registry.web;

import io.muster.registry.backup.Backups;
import io.muster.registry.engine.Engine;
import io.muster.registry.lease.LeaseService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@RestController
@Tag(name = "operator")
class BackupController {
    private final Engine engine;
    private final ObjectProvider<LeaseService> leases;
    private final Backups backups;

    BackupController(Engine engine, ObjectProvider<LeaseService> leases, Backups backups) {
        this.engine = engine;
        this.leases = leases;
        this.backups = backups;
    }

    @Operation(summary = "Take a backup of operators' settings and of leases, for the command restore")
    @ApiResponse(
            responseCode = "200",
            description = "The file: everything that was confirmed before the call",
            content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE))
    @ApiResponse(responseCode = "503", description = "There is no majority; ?stale=true takes what this node knows")
    @GetMapping(path = "/v1/operator/backup")
    Mono<ResponseEntity<byte[]>> backup(
            @RequestParam(defaultValue = "false") boolean stale, ServerWebExchange exchange) {
        CallerFilter.of(exchange).requireEveryNamespace();
        LeaseService service = leases.getIfAvailable();
        return Mono.fromCompletionStage(() -> stale ? CompletableFuture.completedFuture(null) : confirmed(service))
                .then(Mono.fromCallable(
                                () -> backups.take(engine.view().settings(), service == null ? null : service.table())
                                        .encode())
                        .subscribeOn(Schedulers.boundedElastic()))
                .map(file -> ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"muster.backup\"")
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .body(file));
    }

    /** Completes when this node has applied what was confirmed before. */
    private CompletableFuture<Void> confirmed(@Nullable LeaseService service) {
        CompletableFuture<Void> table = service == null
                ? CompletableFuture.completedFuture(null)
                : service.replicated().barrier();
        return CompletableFuture.allOf(table, engine.submit(List.of()).toCompletableFuture());
    }
}
