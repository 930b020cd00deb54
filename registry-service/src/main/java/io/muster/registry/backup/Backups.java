package io.muster.registry.backup;

import io.muster.registry.catalogue.Setting;
import io.muster.registry.lease.LeaseBackup;
import io.muster.registry.lease.LeaseMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes backups of one registry. Thread-safe.
 *
 * @param cluster the cluster's name, {@code standalone} for one registry
 * @param clock the time of day that a backup tells
 */
public record Backups(String cluster, InstantSource clock) {
    /** What a single registry is called. */
    public static final String STANDALONE = "standalone";

    /** Everything that this node knows now; {@code leases} is null where there are none. */
    public Backup take(List<Setting> settings, @Nullable LeaseMachine leases) {
        try {
            byte[] table = leases == null ? new byte[0] : LeaseBackup.bytes(leases);
            // Not before the leases were read: no token in it is younger.
            return new Backup(clock.instant(), cluster, settings, table);
        } catch (IOException e) {
            throw new UncheckedIOException("memory must take the backup of leases", e);
        }
    }
}
