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
     * The instance belongs to somebody else, and, when it was to be registered, its checks pass.
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

    /**
     * An operator's setting is as the command says.
     *
     * @param effect what the command did to it
     */
    record Settled(Effect effect) implements Outcome {}

    /**
     * Operators say nothing of it.
     *
     * @param target of what
     */
    record NoSetting(SettingTarget target) implements Outcome {}

    /**
     * The catalogue holds as many operators' settings as it may.
     *
     * @param limit how many
     */
    record TooManySettings(int limit) implements Outcome {}

    /** What an applied command did. */
    enum Effect {
        /** The instance or the setting is new, or another process took the instance over. */
        CREATED,
        /** Something changed. */
        CHANGED,
        /** Everything was so already. */
        UNCHANGED,
        /** The instance or the setting is gone. */
        REMOVED
    }
}
