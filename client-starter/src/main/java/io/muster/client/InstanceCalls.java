package io.muster.client;

import io.muster.api.DrainResult;
import io.muster.api.InstancePatch;
import io.muster.api.ProblemException;
import io.muster.api.Registered;
import io.muster.api.Registration;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The registry's calls about one instance. */
final class InstanceCalls {
    private final Function<RegistryCalls.Call, CompletableFuture<Reply>> send;
    private final String instance;
    private final String namespace;

    InstanceCalls(
            Function<RegistryCalls.Call, CompletableFuture<Reply>> send, String namespace, String service, String id) {
        this.send = send;
        this.instance = "/v1/services/" + service + "/instances/" + id;
        this.namespace = "?namespace=" + namespace;
    }

    CompletableFuture<Reply> register(Registration registration) {
        return send("PUT", namespace, registration);
    }

    CompletableFuture<Reply> patch(Registered current, InstancePatch patch) {
        return send("PATCH", namespace + generation(current), patch);
    }

    CompletableFuture<Reply> deregister(Registered current) {
        return send("DELETE", namespace + generation(current), null);
    }

    CompletableFuture<Reply> drain(Registered current, Duration timeout) {
        String query = namespace + generation(current) + "&timeout=" + timeout.toMillis() + "ms";
        return send.apply(new RegistryCalls.Call("POST", instance + "/drain" + query, null, timeout.toNanos()));
    }

    /** What the registry says of a drain; empty when it says nothing. */
    static Optional<DrainResult> drained(@Nullable Reply reply) {
        try {
            return reply == null ? Optional.empty() : Optional.of(reply.as(DrainResult.class));
        } catch (ProblemException e) {
            return Optional.empty();
        }
    }

    private CompletableFuture<Reply> send(String method, String query, @Nullable Object body) {
        return send.apply(new RegistryCalls.Call(method, instance + query, body));
    }

    private static String generation(Registered current) {
        return "&generation=" + current.generation();
    }
}
