package io.muster.registry.engine.raft;

import io.muster.registry.catalogue.CatalogueImage;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.replication.StateMachine;
import java.util.List;

/** What a catalogue's log begins with after a restore: instances come back by themselves, what operators said does not. */
public final class RestoredCatalogue {
    private RestoredCatalogue() {}

    /**
     * A catalogue of settings.
     *
     * @param epoch names its history, 1 to 2^53; the same on all nodes
     * @param settings each target once
     */
    public static StateMachine.Writing of(long epoch, List<Setting> settings) {
        return new CatalogueSnapshot(0, new CatalogueImage(epoch, 0, 0, List.of(), settings))::write;
    }
}
