package io.muster.registry.raft;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * What Ratis is told. Its defaults suit logs of many gigabytes; ours hold small entries, and several nodes may share one
 * small machine.
 */
final class RaftSettings {
    /** Where the logs of groups are moved that this node was removed from, below its directory. */
    static final String REMOVED = "removed";

    private static final SizeInBytes ENTRY_MAX = SizeInBytes.valueOf("1MB");
    // Ratis wants room for an entry and its frame.
    private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf(1024 * 1024 + 64 * 1024);
    private static final SizeInBytes SEGMENT_MAX = SizeInBytes.valueOf("4MB");
    private static final SizeInBytes PREALLOCATED = SizeInBytes.valueOf("1MB");
    private static final long SNAPSHOT_ENTRIES = 20_000;

    private RaftSettings() {}

    static RaftProperties of(RaftConfig config) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, config.isAlone() ? new NoNetwork() : SupportedRpcType.GRPC);
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(config.directory().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, new File(config.directory().toFile(), REMOVED));
        if (!config.isAlone()) {
            network(properties, config);
        }
        elections(properties, config.timeouts());
        log(properties);
        reads(properties, config.timeouts());
        return properties;
    }

    private static void network(RaftProperties properties, RaftConfig config) {
        int port = config.own().port();
        GrpcConfigKeys.Server.setHost(properties, config.bindHost());
        GrpcConfigKeys.Server.setPort(properties, port);
        GrpcConfigKeys.Client.setHost(properties, config.bindHost());
        GrpcConfigKeys.Client.setPort(properties, port);
        GrpcConfigKeys.Admin.setHost(properties, config.bindHost());
        GrpcConfigKeys.Admin.setPort(properties, port);
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("32MB"));
        RaftClientConfigKeys.Rpc.setRequestTimeout(
                properties, duration(config.timeouts().submit()));
    }

    private static void elections(RaftProperties properties, RaftConfig.Timeouts timeouts) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, duration(timeouts.electionMin()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, duration(timeouts.electionMax()));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, duration(timeouts.electionMax()));
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(properties, duration(timeouts.submit()));
    }

    private static void log(RaftProperties properties) {
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SEGMENT_MAX);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, PREALLOCATED);
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, WRITE_BUFFER);
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, ENTRY_MAX);
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, ENTRY_MAX);
        RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("32MB"));
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, SNAPSHOT_ENTRIES);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
    }

    private static void reads(RaftProperties properties, RaftConfig.Timeouts timeouts) {
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        // A lease would trust that clocks of several machines run at the same rate.
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
        RaftServerConfigKeys.Read.setTimeout(properties, duration(timeouts.electionMax()));
    }

    private static TimeDuration duration(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
