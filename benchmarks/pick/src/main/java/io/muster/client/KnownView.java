package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import java.util.List;

/** Shows instances in a view without a registry, for benchmarks. */
public final class KnownView {
    private KnownView() {}

    /** Shows these, all of which take requests. */
    public static void show(ServiceView view, List<Instance> instances) {
        ServiceSnapshot shown = view.snapshot();
        view.publish(new ServiceState(
                true,
                new ServiceSnapshot(shown.namespace(), shown.service(), new Position(1, 1), instances),
                instances));
    }
}
