package io.muster.registry.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.Heartbeats;
import io.muster.api.InstanceReference;
import io.muster.registry.engine.Engine;
import io.muster.registry.security.Caller;
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

    /** Renews a batch; answers the ones that are not registered in that generation by this caller. */
    CompletionStage<Heartbeats.Answer> renew(Heartbeats heartbeats, Caller caller) {
        return engine.observe(heartbeats.instances(), caller.id()).thenApply(missing -> answer(heartbeats, missing));
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
