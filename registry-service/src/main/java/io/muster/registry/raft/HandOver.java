package io.muster.registry.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands over what a node leads before it closes, so that nobody waits until it is missed. */
final class HandOver {
    private static final Logger log = LoggerFactory.getLogger(HandOver.class);

    private final AdminRequests running;
    private final RaftConfig.Timeouts timeouts;
    private final LongSupplier nanoClock;

    HandOver(AdminRequests running, RaftConfig.Timeouts timeouts, LongSupplier nanoClock) {
        this.running = running;
        this.timeouts = timeouts;
        this.nanoClock = nanoClock;
    }

    /** Does so in all groups at once, and blocks until it is done or the time is up. */
    void run(List<GroupLog> groups, Duration limit) {
        long endNanos = nanoClock.getAsLong() + limit.toNanos();
        List<CompletableFuture<Void>> all = groups.stream()
                .map(group -> CompletableFuture.runAsync(() -> handOver(group, endNanos)))
                .toList();
        all.forEach(CompletableFuture::join);
    }

    private void handOver(GroupLog group, long endNanos) {
        RaftServer.Division division = group.division();
        if (division == null || !division.getInfo().isLeader()) {
            return;
        }
        GroupView view = ClusterMembers.own(running, group);
        List<RaftPeer> successors = view == null
                ? List.of()
                : view.successors(timeouts.electionMax().toMillis());
        for (RaftPeer successor : successors) {
            long millis = TimeUnit.NANOSECONDS.toMillis(endNanos - nanoClock.getAsLong());
            if (millis <= 0) {
                break;
            }
            try {
                running.transfer(
                        running.self(),
                        group.group(),
                        successor.getId(),
                        Math.min(millis, ClusterMembers.transferMillis(timeouts)));
                log.info("This node leads {} no more: {} does", group.name(), successor.getId());
                return;
            } catch (IOException | RuntimeException e) {
                log.debug("{} did not take over {}", successor.getId(), group.name(), e);
            }
        }
        if (!successors.isEmpty()) {
            log.warn("Nobody took over {} in time: the others elect a leader", group.name());
        }
    }
}
