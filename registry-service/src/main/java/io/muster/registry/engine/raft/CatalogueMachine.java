package io.muster.registry.engine.raft;

import io.muster.api.InstanceReference;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.engine.Ledger;
import io.muster.registry.engine.Supervision;
import io.muster.registry.replication.LeaderState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogue as the state machine of a log.
 *
 * <p>An entry is a list of commands behind what the leader stamps on it: the epoch that a history without one takes, and how
 * many instances may be registered. So all nodes count the same positions, whatever they are configured to.
 */
final class CatalogueMachine implements LeaderState {
    private static final Logger log = LoggerFactory.getLogger(CatalogueMachine.class);
    private static final byte VERSION = 1;
    private static final int STAMP = 1;
    private static final int HEADER = STAMP + Long.BYTES + Integer.BYTES;

    private final RaftEngineConfig config;
    private final Ledger ledger;
    private final LongSupplier epochs;
    private final Supplier<Supervision> supervisions;
    private final Consumer<List<Command>> proposals;
    private final Arrivals arrivals = new Arrivals();
    private volatile @Nullable Supervision supervision;

    /**
     * @param epochs names for histories, 1 to 2^53
     * @param supervisions makes one for each time that this node leads
     * @param proposals carries out what the supervision calls for
     */
    CatalogueMachine(
            RaftEngineConfig config,
            Ledger ledger,
            LongSupplier epochs,
            Supplier<Supervision> supervisions,
            Consumer<List<Command>> proposals) {
        this.config = config;
        this.ledger = ledger;
        this.epochs = epochs;
        this.supervisions = supervisions;
        this.proposals = proposals;
    }

    static byte[] entry(List<Command> commands) {
        byte[] json = CommandJson.encode(commands);
        return ByteBuffer.allocate(HEADER + json.length)
                .put(VERSION)
                .position(HEADER)
                .put(json)
                .array();
    }

    /** What watches deadlines; null on a node that does not lead. */
    @Nullable
    Supervision supervision() {
        return supervision;
    }

    Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public byte[] prepare(byte[] entry) {
        if (entry.length < HEADER) {
            return entry;
        }
        byte[] stamped = entry.clone();
        ByteBuffer.wrap(stamped).position(STAMP).putLong(epochs.getAsLong()).putInt(config.maxInstances());
        return stamped;
    }

    @Override
    public void leading(long term) {
        Supervision next = supervisions.get();
        next.open(ledger.catalogue());
        supervision = next;
        log.info(
                "This node leads the catalogue from {} on, in term {}: everybody has a full term from now",
                ledger.catalogue().position(),
                term);
        if (ledger.catalogue().position().epoch() == 0) {
            // Nobody need register for positions to have an epoch.
            proposals.accept(List.of());
        }
    }

    @Override
    public void following() {
        Supervision former = supervision;
        supervision = null;
        if (former != null) {
            former.close();
            log.info("This node leads the catalogue no more");
        }
    }

    @Override
    public byte[] apply(long index, byte[] entry) {
        byte[] reply = applyReadable(index, entry);
        arrivals.applied(index);
        return reply;
    }

    private byte[] applyReadable(long index, byte[] entry) {
        List<Command> commands;
        long epoch;
        int maxInstances;
        try {
            ByteBuffer header = ByteBuffer.wrap(entry);
            if (header.get() != VERSION) {
                throw new IllegalArgumentException("entry must be of version " + VERSION + " but was of " + entry[0]);
            }
            epoch = header.getLong();
            maxInstances = header.getInt();
            byte[] json = new byte[header.remaining()];
            header.get(json);
            commands = CommandJson.decode(json);
        } catch (RuntimeException e) {
            log.warn("Entry {} of the catalogue cannot be read and changes nothing: {}", index, e.toString());
            return OutcomeJson.unreadable(index);
        }
        if (ledger.catalogue().position().epoch() == 0) {
            ledger.replace(new Catalogue(epoch, maxInstances));
        }
        ledger.catalogue().limitInstances(maxInstances);
        List<Command> revivals = new ArrayList<>(0);
        List<Outcome> outcomes = ledger.apply(commands, supervision, revivals);
        if (!revivals.isEmpty()) {
            proposals.accept(revivals);
        }
        return OutcomeJson.encode(index, outcomes);
    }

    @Override
    public Writing snapshot() {
        CatalogueSnapshot taken =
                new CatalogueSnapshot(arrivals.applied(), ledger.catalogue().image());
        return taken::write;
    }

    @Override
    public void restore(InputStream snapshot) throws IOException {
        CatalogueSnapshot read = CatalogueSnapshot.read(snapshot);
        ledger.replace(new Catalogue(read.image(), config.maxInstances()));
        arrivals.applied(read.entry());
    }

    @Override
    public CompletableFuture<byte[]> answer(byte[] question) {
        Supervision current = supervision;
        if (current == null) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine raft does not lead here"));
        }
        try {
            return CompletableFuture.completedFuture(
                    answer(LeaderCall.decode(question), current).encode());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private LeaderCall.Answer answer(LeaderCall call, Supervision current) {
        List<List<InstanceReference>> unknown =
                new ArrayList<>(call.observations().size());
        List<Command> revivals = new ArrayList<>(0);
        for (LeaderCall.Observation observation : call.observations()) {
            unknown.add(current.observe(observation.alive(), observation.owner(), revivals));
        }
        if (!revivals.isEmpty()) {
            proposals.accept(revivals);
        }
        current.suspect(call.suspects());
        String namespace = call.agree();
        return new LeaderCall.Answer(unknown, namespace != null && current.agree(namespace));
    }
}
