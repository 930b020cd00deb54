package io.muster.registry.catalogue;

import io.muster.api.InstanceStatus;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.Outcome.Effect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All instances of all services and what operators say of them, as a state machine: {@link #apply} decides, and nothing else
 * changes it.
 *
 * <p>One thread at a time applies; any thread reads. A reader sees each service as a whole, and sees a service at least as
 * new as the {@link #position()} that it read before.
 */
public final class Catalogue {
    /** The JSON of a service's snapshot, in bytes; clients take a little more as one event. */
    public static final long MAX_SERVICE_BYTES = 24L * 1024 * 1024;

    /** How many operators' settings it holds. */
    public static final int MAX_SETTINGS = 10_000;

    /*
     * Each service is one immutable ServiceState that a change replaces: O(n) references copied per change, in exchange
     * for readers that need no lock and for snapshots that are free. A service that lost its last instance is dropped, so
     * that names which come and go cost no memory; `forgotten` keeps the largest index at which that happened, so that a
     * service without instances still never shows a position older than one it has shown.
     */
    private final long epoch;
    private int maxInstances;
    private final Map<ServiceKey, ServiceState> services = new ConcurrentHashMap<>();
    private final Map<Address, List<InstanceKey>> addresses = new HashMap<>();
    private final Settings settings = new Settings(MAX_SETTINGS);
    private volatile long index;
    private volatile long forgotten;
    private volatile int size;

    /**
     * @param epoch names this history, 0 to 2^53
     * @param maxInstances how many instances it may hold
     */
    public Catalogue(long epoch, int maxInstances) {
        this.epoch = epoch;
        this.maxInstances = maxInstances;
    }

    /** One that goes on where an image was taken. */
    public Catalogue(CatalogueImage image, int maxInstances) {
        this(image.epoch(), maxInstances);
        image.settings().forEach(setting -> settings.put(setting.target(), setting.setting()));
        int instances = 0;
        for (ServiceState state : image.services()) {
            services.put(state.key(), state);
            state.instances().forEach(this::link);
            instances += state.instances().size();
        }
        size = instances;
        forgotten = image.forgotten();
        index = image.index();
    }

    /** What an equal one can be made of; called by whoever applies. */
    public CatalogueImage image() {
        return new CatalogueImage(epoch, index, forgotten, List.copyOf(services.values()), settings());
    }

    /** How many instances it may hold from now on; called by whoever applies. */
    public void limitInstances(int limit) {
        maxInstances = limit;
    }

    /** Where the catalogue is. */
    public Position position() {
        return new Position(epoch, index);
    }

    /** How many instances it holds, in every status. */
    public int size() {
        return size;
    }

    /** The service, without instances when it is unknown. */
    public ServiceState service(ServiceKey key) {
        // Read before the map: a service dropped in between shows an older position now and a newer one later.
        long absentIndex = forgotten;
        ServiceState state = services.get(key);
        return state == null ? ServiceState.empty(key, absentIndex) : state;
    }

    /** The services of a namespace that have instances, sorted by name. */
    public List<ServiceState> services(String namespace) {
        List<ServiceState> found = new ArrayList<>();
        for (ServiceState state : services.values()) {
            if (state.key().namespace().equals(namespace)) {
                found.add(state);
            }
        }
        found.sort(Comparator.comparing(state -> state.key().service()));
        return found;
    }

    /** All services that have instances, in no order. */
    public Collection<ServiceState> services() {
        return List.copyOf(services.values());
    }

    /** The instance of that name. */
    public Optional<InstanceRecord> find(InstanceKey key) {
        return service(key.service()).find(key.id());
    }

    /** What operators say, in the order of namespaces, services and ids. */
    public List<Setting> settings() {
        return settings.all();
    }

    /** Carries out one command and adds what changed to {@code changes}. */
    public Outcome apply(Command command, Collection<Change> changes) {
        if (command instanceof Command.Decide decision) {
            Outcome outcome = settings.put(decision.target(), decision.setting());
            rule(decision.target(), outcome, reason(decision.setting()), changes);
            return outcome;
        }
        if (command instanceof Command.Withdraw withdrawal) {
            Outcome outcome = settings.remove(withdrawal.target());
            rule(withdrawal.target(), outcome, "setting withdrawn", changes);
            return outcome;
        }
        if (command instanceof Command.Register register) {
            return register(register, changes);
        }
        Command.OfInstance one = (Command.OfInstance) command;
        return find(one.key()).map(current -> apply(one, current, changes)).orElse(new Outcome.NotFound(one.key()));
    }

    private Outcome apply(Command.OfInstance command, InstanceRecord current, Collection<Change> changes) {
        if (command instanceof Command.Patch patch) {
            return owned(current, patch.owner(), patch.generation(), () -> patch(current, patch, changes));
        }
        if (command instanceof Command.Deregister deregister) {
            return owned(current, deregister.owner(), deregister.generation(), () -> {
                remove(current, Source.INSTANCE, "deregistered", changes);
                return new Applied(current.generation(), Effect.REMOVED);
            });
        }
        if (command instanceof Command.ReportChecks report) {
            return guarded(current, report.generation(), () -> reportChecks(current, report, changes));
        }
        Command.Remove removal = (Command.Remove) command;
        return guarded(current, removal.generation(), () -> {
            if (current.checks().passing()) {
                return new Applied(current.generation(), Effect.UNCHANGED);
            }
            remove(current, Source.REGISTRY, removal.reason(), changes);
            return new Applied(current.generation(), Effect.REMOVED);
        });
    }

    private static String reason(OperatorSetting setting) {
        if (!setting.reason().isEmpty()) {
            return setting.reason();
        }
        return setting.maintenance() ? "maintenance" : "setting changed";
    }

    /** All instances that a setting is about, at once: a copy of the service per instance would take its square. */
    private void rule(SettingTarget target, Outcome outcome, String reason, Collection<Change> changes) {
        ServiceState before = service(target.service());
        if (!(outcome instanceof Outcome.Settled settled) || settled.effect() == Effect.UNCHANGED || before.isEmpty()) {
            return;
        }
        List<InstanceRecord> concerned = target.id() == null
                ? before.instances()
                : before.find(target.id()).map(List::of).orElse(List.of());
        List<InstanceRecord> ruled = new ArrayList<>(concerned.size());
        long changed = index;
        for (InstanceRecord record : concerned) {
            Ruling ruling = settings.rulingOf(record.key());
            if (!ruling.equals(record.ruling())) {
                InstanceRecord next = record.with(ruling);
                ruled.add(next);
                changes.add(new Change(++changed, record.key(), record.status(), next, Source.OPERATOR, reason));
            }
        }
        if (!ruled.isEmpty()) {
            services.put(target.service(), before.with(ruled, changed));
            index = changed;
        }
    }

    private static Outcome owned(InstanceRecord current, String owner, Position generation, Decision decision) {
        return current.owner().equals(owner)
                ? guarded(current, generation, decision)
                : new Outcome.NotOwner(current.key());
    }

    private static Outcome guarded(InstanceRecord current, Position generation, Decision decision) {
        return current.generation().equals(generation)
                ? decision.decide()
                : new Outcome.StaleGeneration(current.generation());
    }

    private Outcome register(Command.Register command, Collection<Change> changes) {
        Registration registration = command.registration();
        Optional<InstanceRecord> found = find(command.key());
        if (found.isPresent()) {
            InstanceRecord current = found.get();
            boolean own = current.owner().equals(command.owner());
            if (!own && current.checks().passing()) {
                return new Outcome.NotOwner(command.key());
            }
            if (isAddressTaken(command)) {
                return addressTaken(registration);
            }
            if (own && current.registration().process().equals(registration.process())) {
                if (current.registration().equals(registration)) {
                    return new Applied(current.generation(), Effect.UNCHANGED);
                }
                InstanceRecord replaced =
                        current.with(registration, command.address()).with(checks(current, command));
                if (!hasRoom(found, replaced, superseded(command))) {
                    return new Outcome.ServiceFull(command.key().service(), MAX_SERVICE_BYTES);
                }
                supersede(command, changes);
                put(replaced, Source.INSTANCE, "replaced", changes);
                return new Applied(current.generation(), Effect.CHANGED);
            }
        } else if (isAddressTaken(command)) {
            return addressTaken(registration);
        } else if (size - superseded(command).size() >= maxInstances) {
            return new Outcome.Full(maxInstances);
        }
        return registerAnew(command, found, changes);
    }

    private Outcome registerAnew(
            Command.Register command, Optional<InstanceRecord> former, Collection<Change> changes) {
        if (!hasRoom(former, record(command, position()), superseded(command))) {
            return new Outcome.ServiceFull(command.key().service(), MAX_SERVICE_BYTES);
        }
        supersede(command, changes);
        Position generation = new Position(epoch, index + 1);
        String reason = reason(command, former);
        InstanceRecord record = record(command, generation);
        String unfit = record.checks().passing() ? "" : ", " + record.checks().reason();
        put(record, Source.INSTANCE, reason + unfit, changes);
        return new Applied(generation, Effect.CREATED);
    }

    private static String reason(Command.Register command, Optional<InstanceRecord> former) {
        if (former.isEmpty()) {
            return "registered";
        }
        return former.get().owner().equals(command.owner())
                ? "registered by a new process"
                : "taken over by another owner while its checks failed";
    }

    /** One that is to be checked and has moved takes no requests before a check passed where it is now. */
    private static Checks checks(InstanceRecord current, Command.Register command) {
        Registration before = current.registration();
        Registration replacement = command.registration();
        boolean moved = !before.host().equals(replacement.host())
                || !current.address().equals(command.address())
                || before.port() != replacement.port();
        return moved && replacement.check() != null ? Checks.PENDING : current.checks();
    }

    private InstanceRecord record(Command.Register command, Position generation) {
        return new InstanceRecord(
                command.key(),
                generation,
                command.registration(),
                command.owner(),
                command.address(),
                command.registration().check() == null ? Checks.PASSING : Checks.PENDING,
                settings.rulingOf(command.key()));
    }

    /** A record may always become smaller, or stay as large as it is; those that go make room. */
    private boolean hasRoom(Optional<InstanceRecord> former, InstanceRecord next, List<InstanceRecord> going) {
        ServiceKey service = next.key().service();
        long grown =
                next.encodedBytes() - former.map(InstanceRecord::encodedBytes).orElse(0L);
        for (InstanceRecord one : going) {
            if (one.key().service().equals(service)) {
                grown -= one.encodedBytes();
            }
        }
        return grown <= 0 || service(service).encodedBytes() + grown <= MAX_SERVICE_BYTES;
    }

    private Outcome patch(InstanceRecord current, Command.Patch command, Collection<Change> changes) {
        Registration patched = current.registration().with(command.patch());
        if (patched.equals(current.registration())) {
            return new Applied(current.generation(), Effect.UNCHANGED);
        }
        InstanceRecord next = current.with(patched);
        if (!hasRoom(Optional.of(current), next, List.of())) {
            return new Outcome.ServiceFull(current.key().service(), MAX_SERVICE_BYTES);
        }
        put(next, Source.INSTANCE, "patched", changes);
        return new Applied(current.generation(), Effect.CHANGED);
    }

    private Outcome reportChecks(InstanceRecord current, Command.ReportChecks command, Collection<Change> changes) {
        if (command.checks().equals(current.checks())) {
            return new Applied(current.generation(), Effect.UNCHANGED);
        }
        String reason =
                command.checks().passing() ? "checks pass" : command.checks().reason();
        put(current.with(command.checks()), Source.CHECKS, reason, changes);
        return new Applied(current.generation(), Effect.CHANGED);
    }

    private void supersede(Command.Register command, Collection<Change> changes) {
        for (InstanceRecord older : superseded(command)) {
            remove(older, Source.REGISTRY, "superseded by " + command.key(), changes);
        }
    }

    /** Whoever could claim the address of another owner's instance could evict it. */
    private boolean isAddressTaken(Command.Register command) {
        for (InstanceRecord older : superseded(command)) {
            if (older.checks().passing() && !older.owner().equals(command.owner())) {
                return true;
            }
        }
        return false;
    }

    private static Outcome addressTaken(Registration registration) {
        return new Outcome.AddressTaken(registration.host(), registration.port());
    }

    /** Another process on the same address of the namespace means that the older one is gone: two cannot listen there. */
    private List<InstanceRecord> superseded(Command.Register command) {
        List<InstanceRecord> older = new ArrayList<>(0);
        Address address = Address.of(command.key(), command.registration());
        String process = command.registration().process();
        for (InstanceKey other : addresses.getOrDefault(address, List.of())) {
            if (!other.equals(command.key())) {
                find(other)
                        .filter(record -> !record.registration().process().equals(process))
                        .ifPresent(older::add);
            }
        }
        // In one order, however the catalogue came to be: on all nodes the same change has the same index.
        older.sort(Comparator.comparing(record -> record.key().toString()));
        return older;
    }

    private void put(InstanceRecord record, Source source, String reason, Collection<Change> changes) {
        long changed = index + 1;
        ServiceKey service = record.key().service();
        ServiceState before = service(service);
        Optional<InstanceRecord> former = before.find(record.key().id());
        former.ifPresent(this::unlink);
        link(record);
        services.put(service, before.with(record, changed));
        int grown = former.isPresent() ? size : size + 1;
        size = grown;
        index = changed;
        InstanceStatus earlier = former.map(InstanceRecord::status).orElse(null);
        changes.add(new Change(changed, record.key(), earlier, record, source, reason));
    }

    private void remove(InstanceRecord record, Source source, String reason, Collection<Change> changes) {
        long changed = index + 1;
        ServiceKey service = record.key().service();
        unlink(record);
        ServiceState after = service(service).without(record.key().id(), changed);
        if (after.isEmpty()) {
            forgotten = changed;
            services.remove(service);
        } else {
            services.put(service, after);
        }
        int shrunk = size - 1;
        size = shrunk;
        index = changed;
        changes.add(new Change(changed, record.key(), record.status(), null, source, reason));
    }

    private void link(InstanceRecord record) {
        addresses
                .computeIfAbsent(Address.of(record.key(), record.registration()), address -> new ArrayList<>(1))
                .add(record.key());
    }

    private void unlink(InstanceRecord record) {
        addresses.computeIfPresent(Address.of(record.key(), record.registration()), (address, keys) -> {
            keys.remove(record.key());
            return keys.isEmpty() ? null : keys;
        });
    }

    private interface Decision {
        Outcome decide();
    }
}
