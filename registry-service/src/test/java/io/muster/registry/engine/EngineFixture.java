package io.muster.registry.engine;

import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.health.Prober;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An engine, its time and the network that it looks at; what the parts of {@link EngineContract} have in common. */
abstract class EngineFixture {
    /** The TTL that {@link #create} is to use. */
    protected static final Duration TTL = Duration.ofSeconds(15);

    /** The remove-after that {@link #create} is to use. */
    protected static final Duration REMOVE_AFTER = Duration.ofMinutes(10);

    /** How many changes {@link #create} is to remember. */
    protected static final int REMEMBERED_CHANGES = 16;

    /** The limit of a hold that {@link #create} is to use. */
    protected static final Duration SILENCE_HOLD = Duration.ofMinutes(5);

    /** The time of day that {@link #create} is to tell. */
    protected static final Instant WHEN = Instant.parse("2020-02-20T20:20:20Z");

    static final ServiceKey ORDERS = new ServiceKey("default", "orders");

    final ScriptedProber prober = new ScriptedProber();
    Engine engine;

    /** A new engine, not started. */
    protected abstract Engine create();

    /** Lets that much time pass for the engine, and its deadlines be looked at. */
    protected abstract void pass(Duration time);

    /** Waits until what the engine proposed is applied. */
    protected void settle() {}

    /** Looks at instances for the engine, and finds what the test says. */
    protected final Prober prober() {
        return prober;
    }

    /** Waits for what an engine answers. */
    protected <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @BeforeEach
    void startEngine() {
        engine = create();
        engine.start();
        engine.reachable();
    }

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    final List<InstanceReference> generations(int count) {
        List<InstanceReference> references = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            references.add(new InstanceReference("default", "orders", "i" + i, generation("i" + i)));
        }
        return references;
    }

    final long down() {
        settle();
        return engine.view().service(ORDERS).instances().stream()
                .filter(record -> record.status() == InstanceStatus.DOWN)
                .count();
    }

    final void suspect(String id, Position generation) {
        engine.suspect(List.of(new InstanceReference("default", "orders", id, generation)));
        settle();
    }

    final Position generation(String id) {
        return ((Applied) await(engine.submit(List.of(register(id)))).get(0)).generation();
    }

    final List<InstanceReference> observe(String id, Position generation) {
        return await(engine.observe(List.of(new InstanceReference("default", "orders", id, generation)), "anonymous"));
    }

    final InstanceStatus status(String id) {
        return find(id).status();
    }

    final InstanceRecord find(String id) {
        settle();
        return engine.view().service(ORDERS).find(id).orElseThrow();
    }

    static Command register(String id) {
        Registration registration =
                Registration.of("process-" + id, "host-" + id, 8080).withStatus(InstanceStatus.UP);
        return new Command.Register(key(id), registration, "anonymous");
    }

    static InstanceKey key(String id) {
        return new InstanceKey(ORDERS, id);
    }
}
