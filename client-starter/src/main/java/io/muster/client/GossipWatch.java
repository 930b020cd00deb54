package io.muster.client;

import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.NodeAddress;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the roster by what becomes of members, and counts. Thread-safe; events come on the node's thread. */
final class GossipWatch {
    private static final Logger log = LoggerFactory.getLogger(GossipWatch.class);

    private final String own;
    private final GossipRoster roster;
    private final Runnable changed;
    private final Set<String> live = new HashSet<>();
    private final Set<String> suspected = new HashSet<>();
    private long suspicions;
    private long deaths;
    private long unreadable;
    private String problem = "";

    /**
     * @param own this member's name: what it says of itself is not taken from others
     * @param changed called after each event, on its thread
     */
    GossipWatch(String own, GossipRoster roster, Runnable changed) {
        this.own = own;
        this.roster = roster;
        this.changed = changed;
    }

    void on(MemberEvent event) {
        note(event);
        changed.run();
    }

    /** Others that take part. */
    synchronized int members() {
        return live.size();
    }

    synchronized GossipState state(NodeAddress address, boolean settled) {
        return new GossipState(
                own,
                address,
                settled,
                live.size(),
                suspected.size(),
                roster.size(),
                suspicions,
                deaths,
                unreadable,
                problem);
    }

    private synchronized void note(MemberEvent event) {
        MemberRecord record = event.record();
        String name = record.id().name();
        switch (event.kind()) {
            case CONFLICT -> {
                problem = "another node took the name " + own + ": " + record.id() + " at " + record.address();
                log.error("This process takes part in the cluster no more: {}", problem);
            }
            case DOWN, GONE -> {
                deaths += event.kind() == MemberEvent.Kind.DOWN ? 1 : 0;
                live.remove(name);
                suspected.remove(name);
                roster.remove(name);
            }
            case SUSPECTED -> {
                suspicions++;
                suspected.add(name);
            }
            case CLEARED -> suspected.remove(name);
            case UP, UPDATED, REPLACED -> {
                if (!name.equals(own)) {
                    live.add(name);
                    suspected.remove(name);
                    read(record);
                }
            }
        }
    }

    private void read(MemberRecord record) {
        try {
            roster.put(record.id().name(), record.metadata());
        } catch (IllegalArgumentException e) {
            unreadable++;
            if (unreadable == 1) {
                log.warn(
                        "What {} says of itself cannot be read, so it is no instance; further ones are only counted",
                        record,
                        e);
            } else {
                log.debug("What {} says of itself cannot be read", record, e);
            }
        }
    }
}
