package io.muster.registry.web;

import io.muster.api.ClusterLeader;
import io.muster.api.ClusterMember;
import io.muster.api.ClusterStatus;
import io.muster.api.Problem;
import io.muster.registry.replication.Membership;
import io.muster.registry.security.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

@RestController
@RequestMapping("/v1/operator/cluster")
@Tag(name = "operator", description = "What operators decide")
class ClusterController {
    private static final Logger log = LoggerFactory.getLogger(ClusterController.class);

    private final ObjectProvider<Membership> memberships;

    ClusterController(ObjectProvider<Membership> memberships) {
        this.memberships = memberships;
    }

    @Operation(summary = "Who belongs to the cluster, who leads, and how far each member is")
    @ApiResponse(
            responseCode = "200",
            description = "What the leaders say; what this node knows where none answers",
            content = @Content(schema = @Schema(implementation = ClusterStatus.class)))
    @ApiResponse(responseCode = "404", description = "This registry is no cluster")
    @GetMapping
    Mono<ResponseEntity<byte[]>> status(ServerWebExchange exchange) {
        return Mono.defer(() -> status(membership(exchange)));
    }

    private static Mono<ResponseEntity<byte[]>> status(Membership membership) {
        return Mono.fromCompletionStage(membership.current().exceptionally(failure -> membership.known()))
                .map(state -> Bodies.json(200, ClusterViews.of(state)));
    }

    @Operation(
            summary = "Add a node that waits with muster.server.raft.join=true; it votes once it has everything",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = ClusterMember.class))))
    @ApiResponse(
            responseCode = "200",
            description = "It is a member of all groups, now or already",
            content = @Content(schema = @Schema(implementation = ClusterStatus.class)))
    @ApiResponse(responseCode = "409", description = "It does not fit the members that there are")
    @ApiResponse(responseCode = "503", description = "It does not answer, or there is no majority")
    @ApiResponse(responseCode = "504", description = "It may be half done: ask again")
    @PostMapping(path = "/members", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> add(@RequestBody byte[] body, ServerWebExchange exchange) {
        return Mono.defer(() -> {
            Membership membership = membership(exchange);
            ClusterMember member = Bodies.read(body, ClusterMember.class, exchange);
            return done(
                            membership.add(member.id(), member.address()),
                            exchange,
                            "add " + member.id() + " at " + member.address())
                    .then(Mono.defer(() -> status(membership)));
        });
    }

    @Operation(summary = "Take a node out; when it leads, it hands that over first")
    @ApiResponse(responseCode = "204", description = "It is no member any more")
    @ApiResponse(responseCode = "404", description = "No member has this id")
    @ApiResponse(responseCode = "409", description = "Those who are left would have no majority that is heard")
    @ApiResponse(responseCode = "504", description = "It may be half done: ask again")
    @DeleteMapping("/members/{id}")
    Mono<ResponseEntity<byte[]>> remove(@PathVariable String id, ServerWebExchange exchange) {
        return Mono.defer(() -> {
            Membership membership = membership(exchange);
            ClusterMember.requireId("id", id);
            return done(membership.remove(id), exchange, "remove " + id)
                    .thenReturn(ResponseEntity.noContent().build());
        });
    }

    @Operation(
            summary = "Make a member the leader of all groups",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = ClusterLeader.class))))
    @ApiResponse(
            responseCode = "200",
            description = "It leads, now or already",
            content = @Content(schema = @Schema(implementation = ClusterStatus.class)))
    @ApiResponse(responseCode = "404", description = "No member has this id")
    @PostMapping(path = "/leader", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> lead(@RequestBody byte[] body, ServerWebExchange exchange) {
        return Mono.defer(() -> {
            Membership membership = membership(exchange);
            ClusterLeader leader = Bodies.read(body, ClusterLeader.class, exchange);
            return done(membership.lead(leader.id()), exchange, "let " + leader.id() + " lead")
                    .then(Mono.defer(() -> status(membership)));
        });
    }

    private static Mono<Boolean> done(CompletableFuture<Boolean> change, ServerWebExchange exchange, String what) {
        String operator = CallerFilter.of(exchange).id();
        return Mono.fromCompletionStage(change)
                .doOnNext(changed ->
                        log.info("Operator {} asked to {}: {}", operator, what, changed ? "done" : "so already"))
                .doOnError(failure -> log.info("Operator {} asked to {}: {}", operator, what, failure.toString()));
    }

    private Membership membership(ServerWebExchange exchange) {
        Caller caller = CallerFilter.of(exchange);
        caller.requireEveryNamespace();
        Membership membership = memberships.getIfAvailable();
        if (membership == null) {
            throw Problem.of(404, "No cluster", "this registry is no cluster: muster.server.engine is not raft")
                    .asException();
        }
        return membership;
    }
}
