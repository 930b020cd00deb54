package io.muster.registry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Instance;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.Outcome.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private static final long EPOCH = 7;
    private static final ServiceKey ORDERS = new ServiceKey("default", "orders");

    private final Catalogue catalogue = new Catalogue(EPOCH, 100);
    private final List<Change> changes = new ArrayList<>();

    @Test
    void aRegistrationIsAGenerationOfItsPosition() {
        Outcome outcome = register("a", "p1", 8080);

        assertThat(outcome).isEqualTo(new Applied(new Position(EPOCH, 1), Effect.CREATED));
        assertThat(catalogue.position()).isEqualTo(new Position(EPOCH, 1));
        assertThat(catalogue.service(ORDERS).index()).isEqualTo(1);
    }

    @Test
    void theSameContentAgainChangesNothing() {
        register("a", "p1", 8080);

        assertThat(register("a", "p1", 8080)).isEqualTo(new Applied(new Position(EPOCH, 1), Effect.UNCHANGED));
        assertThat(changes).hasSize(1);
    }

    @Test
    void theSameProcessKeepsItsGenerationWhenItReplaces() {
        register("a", "p1", 8080);

        assertThat(register("a", "p1", 9090)).isEqualTo(new Applied(new Position(EPOCH, 1), Effect.CHANGED));
        assertThat(find("a").registration().port()).isEqualTo(9090);
    }

    @Test
    void anotherProcessIsANewGeneration() {
        Position first = ((Applied) register("a", "p1", 8080)).generation();
        Position second = ((Applied) register("a", "p2", 8080)).generation();

        assertThat(second).isNotEqualTo(first);
        assertThat(apply(new Command.Deregister(key("a"), first, "anonymous")))
                .isEqualTo(new Outcome.StaleGeneration(second));
        assertThat(apply(new Command.Patch(key("a"), first, InstancePatch.status(InstanceStatus.UP), "anonymous")))
                .isEqualTo(new Outcome.StaleGeneration(second));
        assertThat(apply(new Command.ReportChecks(key("a"), first, Checks.failing("silent"))))
                .isEqualTo(new Outcome.StaleGeneration(second));
        assertThat(changes).hasSize(2);
    }

    @Test
    void anotherProcessOnTheSameAddressSupersedesTheOlderOne() {
        register("a", "p1", 8080);
        register("b", "p2", 8080);

        assertThat(catalogue.find(key("a"))).isEmpty();
        assertThat(changes.get(1).now()).isNull();
        assertThat(changes.get(1).reason()).contains("superseded").contains("orders/b");
    }

    @Test
    void oneProcessMayOfferTwoServicesOnOneAddress() {
        register("a", "p1", 8080);
        InstanceKey other = new InstanceKey(new ServiceKey("default", "invoices"), "a");
        apply(new Command.Register(other, Registration.of("p1", "10.0.0.1", 8080), "anonymous"));

        assertThat(catalogue.find(key("a"))).isPresent();
        assertThat(catalogue.find(other)).isPresent();
    }

    @Test
    void anAddressOfAnotherNamespaceIsAnotherAddress() {
        register("a", "p1", 8080);
        InstanceKey other = new InstanceKey(new ServiceKey("staging", "orders"), "a");
        apply(new Command.Register(other, Registration.of("p2", "10.0.0.1", 8080), "anonymous"));

        assertThat(catalogue.size()).isEqualTo(2);
    }

    @Test
    void checksStandOverWhatTheInstanceSays() {
        Position generation = ((Applied) register("a", "p1", 8080)).generation();
        apply(new Command.Patch(key("a"), generation, InstancePatch.status(InstanceStatus.UP), "anonymous"));
        apply(new Command.ReportChecks(key("a"), generation, Checks.failing("silent")));
        assertThat(find("a").status()).isEqualTo(InstanceStatus.DOWN);
        assertThat(find("a").reason()).isEqualTo("silent");

        apply(new Command.ReportChecks(key("a"), generation, Checks.PASSING));
        assertThat(find("a").status()).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void onlyAnInstanceWhoseChecksFailIsRemovedByTheRegistry() {
        Position generation = ((Applied) register("a", "p1", 8080)).generation();

        assertThat(apply(new Command.Remove(key("a"), generation, "old")))
                .isEqualTo(new Applied(generation, Effect.UNCHANGED));
        apply(new Command.ReportChecks(key("a"), generation, Checks.failing("silent")));
        assertThat(apply(new Command.Remove(key("a"), generation, "old")))
                .isEqualTo(new Applied(generation, Effect.REMOVED));
        assertThat(catalogue.size()).isZero();
    }

    @Test
    void aServiceWithoutInstancesNeverShowsAnOlderPosition() {
        Position generation = ((Applied) register("a", "p1", 8080)).generation();
        apply(new Command.Deregister(key("a"), generation, "anonymous"));

        assertThat(catalogue.service(ORDERS).isEmpty()).isTrue();
        assertThat(catalogue.service(ORDERS).index()).isEqualTo(2);
        assertThat(catalogue.services()).isEmpty();
    }

    @Test
    void aFullCatalogueRefusesNewInstancesAndKeepsTheOldOnes() {
        Catalogue small = new Catalogue(EPOCH, 1);
        small.apply(new Command.Register(key("a"), Registration.of("p1", "h1", 1), "x"), changes);

        assertThat(small.apply(new Command.Register(key("b"), Registration.of("p2", "h2", 1), "x"), changes))
                .isEqualTo(new Outcome.Full(1));
        assertThat(small.apply(new Command.Register(key("a"), Registration.of("p3", "h3", 1), "x"), changes))
                .isInstanceOf(Applied.class);
    }

    @Test
    void aFullCatalogueTakesTheSuccessorOfOneThatItSupersedes() {
        Catalogue small = new Catalogue(EPOCH, 1);
        small.apply(new Command.Register(key("a"), Registration.of("p1", "h1", 1), "x"), changes);

        assertThat(small.apply(new Command.Register(key("b"), Registration.of("p2", "h1", 1), "x"), changes))
                .isInstanceOf(Applied.class);
        assertThat(small.size()).isEqualTo(1);
    }

    @Test
    void aServiceGrowsOnlyAsFarAsItsClientsCanRead() {
        Catalogue large = new Catalogue(EPOCH, 100_000);
        // Quotation marks take two bytes each in JSON.
        Map<String, String> metadata = Map.of("quotes", "\"".repeat(8_000));
        Outcome outcome = new Applied(new Position(EPOCH, 0), Effect.CREATED);
        int registered = 0;
        while (outcome instanceof Applied) {
            outcome = large.apply(registering("i" + registered, "p", 1 + registered, metadata), changes);
            registered++;
        }
        assertThat(outcome).isEqualTo(new Outcome.ServiceFull(ORDERS, Catalogue.MAX_SERVICE_BYTES));
        ServiceState full = large.service(ORDERS);
        assertThat(full.instances()).hasSize(registered - 1);
        List<Instance> instances =
                full.instances().stream().map(InstanceRecord::toInstance).toList();
        assertThat(JsonCodec.server().encode(instances).length)
                .isBetween((int) (Catalogue.MAX_SERVICE_BYTES * 0.9), (int) Catalogue.MAX_SERVICE_BYTES);

        Position generation = full.find("i0").orElseThrow().generation();
        assertThat(large.apply(registering("i0", "p", 1, Map.of()), changes)).isInstanceOf(Applied.class);
        assertThat(large.apply(registering("more", "p", 60_000, metadata), changes))
                .isInstanceOf(Applied.class);
        assertThat(large.apply(
                        new Command.Patch(key("i0"), generation, new InstancePatch(null, null, metadata), "x"),
                        changes))
                .isInstanceOf(Outcome.ServiceFull.class);
        assertThat(large.apply(
                        new Command.Register(
                                new InstanceKey(new ServiceKey("default", "elsewhere"), "i"),
                                Registration.of("p", "h", 2),
                                "x"),
                        changes))
                .isInstanceOf(Applied.class);
    }

    private static Command registering(String id, String process, int port, Map<String, String> metadata) {
        Registration registration = Registration.of(process, "h", port);
        return new Command.Register(key(id), registration.with(new InstancePatch(null, null, metadata)), "x");
    }

    @Test
    void unknownInstancesAreNotFound() {
        assertThat(apply(new Command.Deregister(key("nobody"), new Position(EPOCH, 1), "anonymous")))
                .isEqualTo(new Outcome.NotFound(key("nobody")));
        assertThat(changes).isEmpty();
    }

    @Test
    void replayingTheChangesGivesTheState() {
        long seed = 4242;
        Random random = new Random(seed);
        Map<InstanceKey, InstanceRecord> replayed =
                new TreeMap<>(java.util.Comparator.comparing(InstanceKey::toString));
        Catalogue twin = new Catalogue(EPOCH, 100);
        for (int i = 0; i < 5_000; i++) {
            Command command = randomCommand(random);
            int before = changes.size();
            Outcome outcome = catalogue.apply(command, changes);
            assertThat(twin.apply(command, new ArrayList<>()))
                    .as("seed %d, step %d", seed, i)
                    .isEqualTo(outcome);
            for (Change change : changes.subList(before, changes.size())) {
                InstanceRecord now = change.now();
                if (now == null) {
                    assertThat(replayed.remove(change.key())).isNotNull();
                } else {
                    replayed.put(change.key(), now);
                }
            }
            assertThat(catalogue.size()).as("seed %d, step %d", seed, i).isEqualTo(replayed.size());
        }
        for (int i = 0; i < changes.size(); i++) {
            assertThat(changes.get(i).index()).isEqualTo(i + 1);
        }
        List<InstanceRecord> stored = new ArrayList<>();
        catalogue.services().forEach(service -> stored.addAll(service.instances()));
        assertThat(stored).containsExactlyInAnyOrderElementsOf(replayed.values());
    }

    private Command randomCommand(Random random) {
        InstanceKey key = new InstanceKey(new ServiceKey("default", "s" + random.nextInt(3)), "i" + random.nextInt(8));
        String owner = random.nextInt(5) > 0 ? "anonymous" : "somebody";
        Position generation = catalogue
                .find(key)
                .filter(record -> random.nextInt(10) > 0)
                .map(InstanceRecord::generation)
                .orElse(new Position(EPOCH, 1 + random.nextInt(50)));
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                new Command.Register(
                        key, Registration.of("p" + random.nextInt(4), "10.0.0." + random.nextInt(6), 8080), owner);
            case 2 -> new Command.Deregister(key, generation, owner);
            case 3 ->
                new Command.Patch(
                        key, generation, new InstancePatch(InstanceStatus.UP, random.nextInt(5), null), owner);
            case 4 ->
                new Command.ReportChecks(
                        key, generation, random.nextBoolean() ? Checks.PASSING : Checks.failing("silent"));
            case 5 ->
                new Command.Decide(randomTarget(key, random), new OperatorSetting(random.nextBoolean(), null, ""));
            case 6 -> new Command.Withdraw(randomTarget(key, random));
            default -> new Command.Remove(key, generation, "old");
        };
    }

    private static SettingTarget randomTarget(InstanceKey key, Random random) {
        return random.nextBoolean() ? SettingTarget.of(key) : SettingTarget.of(key.service());
    }

    private Outcome register(String id, String process, int port) {
        return apply(new Command.Register(key(id), Registration.of(process, "10.0.0.1", port), "anonymous"));
    }

    private Outcome apply(Command command) {
        return catalogue.apply(command, changes);
    }

    private InstanceRecord find(String id) {
        return catalogue.find(key(id)).orElseThrow();
    }

    private static InstanceKey key(String id) {
        return new InstanceKey(ORDERS, id);
    }
}
