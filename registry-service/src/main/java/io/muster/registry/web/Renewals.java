package io.muster.registry.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.Heartbeats;
import io.muster.api.InstanceReference;
import io.muster.registry.engine.Engine;
import io.muster.registry.security.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.springframework.stereotype.Component;

/** Hands heartbeats to the engine and counts them. */
@Component
final class Renewals {
    private final Engine engine;
    private final Counter renewed;
    private final Counter unknown;

    Renewals(Engine engine, MeterRegistry meters) {
        this.engine = engine;
        this.renewed = counter(meters, "true");
        this.unknown = counter(meters, "false");
    }

    /**
     * Renews a batch; answers the ones that are not registered in that generation by this caller, those in namespaces that it
     * may not use among them.
     */
    CompletionStage<Heartbeats.Answer> renew(Heartbeats heartbeats, Caller caller) {
        List<InstanceReference> own = new ArrayList<>(heartbeats.instances().size());
        List<InstanceReference> foreign = new ArrayList<>();
        for (InstanceReference instance : heartbeats.instances()) {
            (caller.mayUse(instance.namespace()) ? own : foreign).add(instance);
        }
        return engine.observe(own, caller.id()).thenApply(missing -> {
            foreign.addAll(missing);
            return answer(heartbeats, foreign);
        });
    }

    private Heartbeats.Answer answer(Heartbeats heartbeats, List<InstanceReference> missing) {
        renewed.increment(heartbeats.instances().size() - missing.size());
        if (!missing.isEmpty()) {
            unknown.increment(missing.size());
        }
        return new Heartbeats.Answer(missing);
    }

    private static Counter counter(MeterRegistry meters, String known) {
        return Counter.builder("muster.server.heartbeats")
                .description("Heartbeats by whether the instance was known in its generation")
                .tag("known", known)
                .register(meters);
    }
}
