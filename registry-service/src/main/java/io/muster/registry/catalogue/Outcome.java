package io.muster.registry.catalogue;

import io.muster.api.Position;

/** What became of a command. Refusals are values: they are expected. */
public sealed interface Outcome {
    /**
     * The command was carried out.
     *
     * @param generation the instance's generation
     * @param effect what it did
     */
    record Applied(Position generation, Effect effect) implements Outcome {}

    /**
     * There is no such instance.
     *
     * @param key which
     */
    record NotFound(InstanceKey key) implements Outcome {}

    /**
     * The instance has another generation: another process registered since.
     *
     * @param current the current one
     */
    record StaleGeneration(Position current) implements Outcome {}

    /**
     * The instance belongs to somebody else.
     *
     * @param key which
     */
    record NotOwner(InstanceKey key) implements Outcome {}

    /**
     * Another owner's instance, whose checks pass, is at this address.
     *
     * @param host its host
     * @param port its port
     */
    record AddressTaken(String host, int port) implements Outcome {}

    /**
     * The catalogue holds as many instances as it may.
     *
     * @param limit how many
     */
    record Full(int limit) implements Outcome {}

    /**
     * The service takes as much room as it may.
     *
     * @param service which
     * @param limit how many bytes, of its snapshot as JSON
     */
    record ServiceFull(ServiceKey service, long limit) implements Outcome {}

    /** What an applied command did. */
    enum Effect {
        /** The instance is new, or another process took it over. */
        CREATED,
        /** Something changed. */
        CHANGED,
        /** Everything was so already. */
        UNCHANGED,
        /** The instance is gone. */
        REMOVED
    }
}
