package io.muster.registry.engine;

import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.Outcome;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the catalogue. Thread-safe; nothing here blocks.
 *
 * <p>Every engine passes the same contract test.
 */
public interface Engine extends AutoCloseable {
    /** Begins to accept commands and to watch deadlines. */
    void start();

    /** Instances can reach this node from now on: the time in which they are expected to come back begins. */
    void reachable();

    /**
     * Orders and applies commands, as one batch.
     *
     * @return one outcome per command, in their order, once {@link #view()} shows their effects and operators' settings are
     *     stored; fails with {@link EngineUnavailableException} when the engine is not running, and with
     *     {@link SettingsNotKeptException} when everything is applied and settings could not be stored
     */
    CompletionStage<List<Outcome>> submit(List<Command> commands);

    /**
     * Notes signs of life. They are not logged: a restart gives everybody a full term.
     *
     * @param owner who says so; of others' instances nothing is noted
     * @return the ones that are not registered in that generation by that owner
     */
    CompletionStage<List<InstanceReference>> observe(List<InstanceReference> alive, String owner);

    /**
     * Notes that instances may be gone: a stream broke, or a client could not connect. They are looked at; this alone takes
     * nobody out. Not logged, and harmless for whoever is not registered in that generation.
     */
    void suspect(List<InstanceReference> instances);

    /**
     * An operator agrees that the silent instances of a namespace are gone, and eviction goes on there.
     *
     * @return whether it had been held back
     */
    CompletionStage<Boolean> agreeToSilence(String namespace);

    /** What this node knows; always answers at once. */
    View view();

    /** What changed after {@code from}, as far as this node still remembers. */
    Changes changes(Position from);

    /**
     * Calls {@code listener} after every change, on the thread that applied it: it must return at once and must not
     * throw.
     */
    void onChange(Runnable listener);

    /** Whether this node decides that an instance fell silent. */
    boolean hasAuthority();

    /** Ends it. Reads go on answering from memory. */
    @Override
    void close();
}
