package io.muster.registry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.Outcome.Effect;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is somebody's stays theirs. */
class OwnerTest {
    private static final InstanceKey KEY = new InstanceKey(new ServiceKey("default", "orders"), "a");
    private static final InstanceKey OTHER = new InstanceKey(new ServiceKey("default", "orders"), "b");
    private static final Registration FIRST = Registration.of("p1", "10.0.0.1", 8080);

    private final Catalogue catalogue = new Catalogue(1, 100);
    private final List<Change> changes = new ArrayList<>();
    private Position generation;

    @BeforeEach
    void register() {
        generation = ((Applied) apply(new Command.Register(KEY, FIRST, "alice", "10.0.0.1"))).generation();
    }

    @Test
    void anotherOwnerCanNeitherReplaceNorChangeNorRemove() {
        Outcome.NotOwner refused = new Outcome.NotOwner(KEY);
        assertThat(apply(new Command.Register(KEY, FIRST, "mallory"))).isEqualTo(refused);
        assertThat(apply(new Command.Register(KEY, Registration.of("p2", "10.0.0.2", 1), "mallory")))
                .isEqualTo(refused);
        assertThat(apply(new Command.Patch(KEY, generation, InstancePatch.status(InstanceStatus.DRAINING), "mallory")))
                .isEqualTo(refused);
        assertThat(apply(new Command.Deregister(KEY, generation, "mallory"))).isEqualTo(refused);
        assertThat(changes).hasSize(1);
    }

    @Test
    void theOwnerStaysTheOwnerThroughNewProcesses() {
        Registration next = Registration.of("p2", "10.0.0.1", 8080);
        Applied applied = (Applied) apply(new Command.Register(KEY, next, "alice"));

        assertThat(applied.effect()).isEqualTo(Effect.CREATED);
        assertThat(apply(new Command.Deregister(KEY, applied.generation(), "mallory")))
                .isEqualTo(new Outcome.NotOwner(KEY));
    }

    @Test
    void anAddressWhoseInstanceIsFitCannotBeClaimedByAnotherOwner() {
        assertThat(apply(new Command.Register(OTHER, Registration.of("p2", "10.0.0.1", 8080), "mallory")))
                .isEqualTo(new Outcome.AddressTaken("10.0.0.1", 8080));
        assertThat(changes).hasSize(1);

        apply(new Command.Register(OTHER, Registration.of("p2", "10.0.0.2", 8080), "mallory"));
        assertThat(apply(new Command.Register(OTHER, Registration.of("p2", "10.0.0.1", 8080), "mallory")))
                .as("moved there later")
                .isEqualTo(new Outcome.AddressTaken("10.0.0.1", 8080));
        assertThat(catalogue.find(KEY)).isPresent();
    }

    @Test
    void anAddressWhoseInstanceFailsItsChecksCanBeTakenOver() {
        apply(new Command.ReportChecks(KEY, generation, Checks.failing("refuses connections")));
        assertThat(apply(new Command.Register(OTHER, Registration.of("p2", "10.0.0.1", 8080), "bob")))
                .isInstanceOf(Applied.class);
        assertThat(catalogue.find(KEY)).isEmpty();
    }

    @Test
    void hostsThatDifferInCaseAloneAreOneAddress() {
        Registration named = Registration.of("p3", "LOCALHOST", 8081);
        apply(new Command.Register(KEY, named, "alice", "127.0.0.1"));
        assertThat(apply(new Command.Register(OTHER, Registration.of("p2", "localhost", 8081), "mallory", "127.0.0.1")))
                .isEqualTo(new Outcome.AddressTaken("localhost", 8081));

        apply(new Command.Register(OTHER, Registration.of("p2", "Localhost", 8081), "alice", "127.0.0.1"));
        assertThat(catalogue.find(KEY)).as("superseded by its owner").isEmpty();
        Position moved = catalogue.find(OTHER).orElseThrow().generation();
        apply(new Command.Deregister(OTHER, moved, "alice"));
        assertThat(apply(new Command.Register(KEY, Registration.of("p4", "localhost", 8081), "bob", "127.0.0.1")))
                .as("nothing is left of it")
                .isInstanceOf(Applied.class);
    }

    @Test
    void theIdOfAnInstanceThatFailsItsChecksCanBeTakenOverAsANewGeneration() {
        apply(new Command.ReportChecks(KEY, generation, Checks.failing("refuses connections")));
        changes.clear();
        Applied taken = (Applied) apply(new Command.Register(KEY, FIRST, "bob"));

        assertThat(taken.effect())
                .as("the same process name is another process")
                .isEqualTo(Effect.CREATED);
        assertThat(taken.generation()).isNotEqualTo(generation);
        assertThat(changes)
                .singleElement()
                .satisfies(change -> assertThat(change.reason()).contains("another owner"));
        assertThat(apply(new Command.Patch(KEY, generation, InstancePatch.status(InstanceStatus.UP), "alice")))
                .isEqualTo(new Outcome.NotOwner(KEY));
        assertThat(apply(new Command.Register(KEY, FIRST, "alice"))).isEqualTo(new Outcome.NotOwner(KEY));
        assertThat(catalogue.size()).isEqualTo(1);
    }

    @Test
    void aFailingIdDoesNotOpenTheAddressOfAnotherThatIsFit() {
        apply(new Command.Register(OTHER, Registration.of("p2", "10.0.0.2", 8080), "carol"));
        apply(new Command.ReportChecks(KEY, generation, Checks.failing("refuses connections")));

        assertThat(apply(new Command.Register(KEY, Registration.of("p5", "10.0.0.2", 8080), "bob")))
                .isEqualTo(new Outcome.AddressTaken("10.0.0.2", 8080));
        assertThat(catalogue.find(KEY).orElseThrow().owner()).isEqualTo("alice");
    }

    @Test
    void whereAnInstanceIsLookedAtMovesOnlyWithItsHost() {
        Registration named = Registration.of("p1", "orders.internal", 8080);
        apply(new Command.Register(KEY, named, "alice", "10.0.0.7"));
        apply(new Command.Patch(KEY, generation, InstancePatch.status(InstanceStatus.UP), "alice"));

        assertThat(catalogue.find(KEY).orElseThrow().address()).isEqualTo("10.0.0.7");
    }

    private Outcome apply(Command command) {
        return catalogue.apply(command, changes);
    }
}
