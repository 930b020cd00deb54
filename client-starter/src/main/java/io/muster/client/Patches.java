package io.muster.client;

import io.muster.api.InstancePatch;
import io.muster.api.Registration;
import org.jspecify.annotations.Nullable;

/** What may change of a registration, put together and told apart. */
final class Patches {
    static final InstancePatch NO_CHANGE = new InstancePatch(null, null, null);

    private Patches() {}

    /** What leads from one to the other; everything when there is none to begin with. */
    static InstancePatch difference(@Nullable Registration from, Registration to) {
        if (from == null) {
            return new InstancePatch(to.status(), to.weight(), to.metadata());
        }
        return new InstancePatch(
                from.status() == to.status() ? null : to.status(),
                from.weight().equals(to.weight()) ? null : to.weight(),
                from.metadata().equals(to.metadata()) ? null : to.metadata());
    }

    /** One after the other as one. */
    static InstancePatch both(InstancePatch earlier, InstancePatch later) {
        return new InstancePatch(
                later.status() == null ? earlier.status() : later.status(),
                later.weight() == null ? earlier.weight() : later.weight(),
                later.metadata() == null ? earlier.metadata() : later.metadata());
    }
}
