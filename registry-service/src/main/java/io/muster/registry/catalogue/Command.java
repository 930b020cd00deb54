package io.muster.registry.catalogue;

import io.muster.api.InstancePatch;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.Registration;

/** What the catalogue is asked to do. Commands are data: they say everything that the decision depends on. */
public sealed interface Command {
    /** A command about one instance. */
    sealed interface OfInstance extends Command {
        /** Which instance it is about. */
        InstanceKey key();
    }

    /**
     * Registers or replaces an instance.
     *
     * @param key which
     * @param registration what it says of itself
     * @param owner who may change it: the id of the credential that registered it
     * @param address the IP address that its host was resolved to: an address, so that a name that comes to mean
     *     another host later leads nobody there
     */
    record Register(InstanceKey key, Registration registration, String owner, String address) implements OfInstance {
        /** The same for a host that is an address already. */
        public Register(InstanceKey key, Registration registration, String owner) {
            this(key, registration, owner, registration.host());
        }
    }

    /**
     * Changes what an instance says of itself.
     *
     * @param key which
     * @param generation must be the current one
     * @param patch what changes
     * @param owner who asks; must be the instance's
     */
    record Patch(InstanceKey key, Position generation, InstancePatch patch, String owner) implements OfInstance {}

    /**
     * Takes an instance out of the catalogue at its own wish.
     *
     * @param key which
     * @param generation must be the current one
     * @param owner who asks; must be the instance's
     */
    record Deregister(InstanceKey key, Position generation, String owner) implements OfInstance {}

    /**
     * Says what an instance's checks found.
     *
     * @param key which
     * @param generation must be the current one
     * @param checks the finding
     */
    record ReportChecks(InstanceKey key, Position generation, Checks checks) implements OfInstance {}

    /**
     * Removes an instance whose checks have failed for long; one whose checks pass again stays.
     *
     * @param key which
     * @param generation must be the current one
     * @param reason why
     */
    record Remove(InstanceKey key, Position generation, String reason) implements OfInstance {}

    /**
     * An operator says something of an instance or of a service and all its instances, registered or not. It stands until it
     * is withdrawn.
     *
     * @param target of what
     * @param setting replaces what was said before
     */
    record Decide(SettingTarget target, OperatorSetting setting) implements Command {}

    /**
     * An operator takes back what was said.
     *
     * @param target of what
     */
    record Withdraw(SettingTarget target) implements Command {}
}
