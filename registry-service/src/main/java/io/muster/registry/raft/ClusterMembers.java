package io.muster.registry.raft;

import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.replication.ClusterState;
import io.muster.registry.replication.Membership;
import io.muster.registry.replication.MembershipException;
import io.muster.registry.replication.MembershipException.Reason;
import io.muster.registry.replication.OutcomeUnknownException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a cluster's members, group by group, from any node. Thread-safe.
 *
 * <p>Who the members are stands in each group's log. A change names those whom it found, and is refused by the leader when
 * others changed them meanwhile; then it is thought over again. So two operators cannot overwrite each other.
 */
final class ClusterMembers implements Membership {
    private static final Logger log = LoggerFactory.getLogger(ClusterMembers.class);
    private static final int MAX_WAITING = 32;
    private static final int MAX_REMEMBERED = 1_000;
    private static final long IDLE_SECONDS = 10;
    private static final long PAUSE_MILLIS = 100;
    private static final Duration UNREACHABLE_LIMIT = Duration.ofSeconds(8);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LEAST_TRANSFER_MILLIS = 1_000;

    private final RaftConfig config;
    private final List<GroupLog> groups;
    private final LongSupplier nanoClock;
    private final ThreadPoolExecutor changes = executor("muster-raft-members");
    private final ThreadPoolExecutor looks = executor("muster-raft-views");
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private volatile @Nullable AdminRequests requests;

    ClusterMembers(RaftConfig config, List<GroupLog> groups, LongSupplier nanoClock) {
        this.config = config;
        this.groups = groups;
        this.nanoClock = nanoClock;
    }

    private static ThreadPoolExecutor executor(String name) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    void started(AdminRequests running) {
        requests = running;
    }

    void close() {
        AdminRequests running = requests;
        requests = null;
        changes.shutdownNow();
        looks.shutdownNow();
        try {
            if (running != null) {
                running.close();
            }
        } catch (IOException e) {
            log.debug("Connections to members did not close well", e);
        }
    }

    @Override
    public ClusterState known() {
        AdminRequests running = requests;
        return state(group -> running == null ? null : own(running, group));
    }

    @Override
    public CompletableFuture<ClusterState> current() {
        return run(looks, () -> {
            AdminRequests running = running();
            return state(group -> {
                GroupView led = led(running, group);
                return led == null ? own(running, group) : led;
            });
        });
    }

    private ClusterState state(View view) {
        List<ClusterState.Group> all = new ArrayList<>();
        for (GroupLog group : groups) {
            GroupView seen = group.division() == null ? null : view.of(group);
            all.add(
                    seen == null
                            ? new ClusterState.Group(group.name(), group.standing(), List.of(), false)
                            : seen.group(group.name(), group.standing()));
        }
        return new ClusterState(config.self(), all);
    }

    private interface View {
        @Nullable
        GroupView of(GroupLog group);
    }

    /** What this node says of a group; null when it takes no part, or is just closing. */
    static @Nullable GroupView own(AdminRequests running, GroupLog group) {
        try {
            return GroupView.of(running.info(running.self(), group.group()));
        } catch (IOException | RuntimeException e) {
            log.debug("This node says nothing of {}", group.name(), e);
            return null;
        }
    }

    /** What the leader of a group says; null when none answers as such. */
    private @Nullable GroupView led(AdminRequests running, GroupLog group) {
        RaftServer.Division division = group.division();
        RaftPeerId leader = division == null ? null : division.getInfo().getLeaderId();
        RaftPeer peer = leader == null || division == null
                ? null
                : division.getRaftConf().getPeer(leader);
        if (peer == null) {
            return null;
        }
        try {
            running.know(peer);
            GroupInfoReply reply = running.info(peer.getId(), group.group());
            GroupView view = GroupView.of(reply);
            if (addresses.size() < MAX_REMEMBERED) {
                view.members().forEach(member -> addresses.put(member.getId().toString(), member.getAddress()));
            }
            return view.leads() ? view : null;
        } catch (IOException e) {
            log.debug("The leader of {} did not answer", group.name(), e);
            return null;
        }
    }

    @Override
    public CompletableFuture<Boolean> add(String id, String address) {
        RaftPeer added = RaftNode.peer(RaftPeerAddress.parse(id + "=" + address));
        return run(changes, () -> each("add " + id, (running, group, view) -> adding(running, group, view, added)));
    }

    private List<RaftPeer> adding(AdminRequests running, GroupLog group, GroupView view, RaftPeer added)
            throws IOException {
        String id = added.getId().toString();
        running.know(added);
        Optional<RaftPeer> known = view.member(id);
        if (known.isPresent()) {
            if (!known.get().getAddress().equals(added.getAddress())) {
                throw Newcomers.conflict(
                        "member " + id + " is at " + known.get().getAddress() + " and not at " + added.getAddress()
                                + ": remove it first, and give another id to a node at another address");
            }
            Newcomers.requireNotEmptied(running, group, added);
            return view.members();
        }
        for (RaftPeer member : view.members()) {
            if (member.getAddress().equals(added.getAddress())) {
                throw Newcomers.conflict("address " + added.getAddress() + " is that of member " + member.getId());
            }
        }
        String before = addresses.get(id);
        if (before != null && !before.equals(added.getAddress())) {
            // The members' connections never forget the first address of an id.
            throw Newcomers.conflict("id " + id + " was that of a node at " + before + ": at " + added.getAddress()
                    + " a node needs another id");
        }
        List<RaftPeer> next = new ArrayList<>(view.members());
        next.add(added);
        requireMajority(running, group, view, next, id);
        Newcomers.prepare(running, group, added);
        return next;
    }

    @Override
    public CompletableFuture<Boolean> remove(String id) {
        return run(changes, () -> {
            List<RaftPeer> removed = new ArrayList<>();
            boolean changed = each("remove " + id, (running, group, view) -> {
                Optional<RaftPeer> member = view.member(id);
                if (member.isEmpty()) {
                    return view.members();
                }
                List<RaftPeer> next = new ArrayList<>(view.members());
                next.remove(member.get());
                requireMajority(running, group, view, next, "");
                if (view.self().equals(id)) {
                    transfer(
                            running, group, view, view.successors(heardMillis()).get(0));
                    return null;
                }
                removed.add(member.get());
                return next;
            });
            if (!changed) {
                throw unknown(id);
            }
            removed.stream().findFirst().ifPresent(this::dismiss);
            return true;
        });
    }

    /** Tells a node that it belongs to the cluster no more, if it is there: it is to hold no logs that grow old. */
    private void dismiss(RaftPeer removed) {
        AdminRequests running = running();
        running.know(removed);
        for (GroupLog group : groups) {
            try {
                if (running.has(removed.getId(), group.group())) {
                    running.end(removed.getId(), group.group());
                }
            } catch (IOException e) {
                log.info("Node {} was removed from {} and does not know it yet: {}", removed.getId(), group.name(), e);
                return;
            }
        }
    }

    @Override
    public CompletableFuture<Boolean> lead(String id) {
        return run(
                changes,
                () -> each("make " + id + " the leader", (running, group, view) -> {
                    RaftPeer member = view.member(id).orElseThrow(() -> unknown(id));
                    if (view.self().equals(id)) {
                        return view.members();
                    }
                    if (!view.hears(member, heardMillis())) {
                        throw new EngineUnavailableException("member " + id + " of " + group.name() + " is silent");
                    }
                    transfer(running, group, view, member);
                    return null;
                }));
    }

    private void transfer(AdminRequests running, GroupLog group, GroupView view, RaftPeer to) throws IOException {
        running.transfer(RaftPeerId.valueOf(view.self()), group.group(), to.getId(), transferMillis());
        log.info("{} of {} was handed over to {}", view.self(), group.name(), to.getId());
    }

    private long transferMillis() {
        return transferMillis(config.timeouts());
    }

    static long transferMillis(RaftConfig.Timeouts timeouts) {
        return Math.max(LEAST_TRANSFER_MILLIS, timeouts.electionMax().toMillis());
    }

    private long heardMillis() {
        return config.timeouts().electionMax().multipliedBy(2).toMillis();
    }

    /** What would be left must be able to go on: a change that no majority of the new members hears is never done. */
    private void requireMajority(
            AdminRequests running, GroupLog group, GroupView view, List<RaftPeer> next, String added) {
        List<String> silent = next.stream()
                .filter(member -> !member.getId().toString().equals(added))
                .filter(member -> !view.hears(member, heardMillis()) || !answers(running, group, member))
                .map(member -> member.getId().toString())
                .toList();
        if (next.size() - silent.size() <= next.size() / 2) {
            throw Newcomers.conflict("of the members that would be left, "
                    + next.stream().map(RaftPeer::getId).toList() + ", a majority must be heard but " + silent
                    + " are silent");
        }
    }

    /** Asked now: the leader misses who has gone only after a while. */
    private static boolean answers(AdminRequests running, GroupLog group, RaftPeer member) {
        try {
            running.know(member);
            return running.has(member.getId(), group.group());
        } catch (IOException e) {
            return false;
        }
    }

    /** Brings each group to where the step wants it. */
    private boolean each(String what, Step step) {
        AdminRequests running = running();
        long endNanos = nanoClock.getAsLong() + LIMIT.toNanos();
        boolean changed = false;
        for (GroupLog group : groups) {
            changed |= bring(running, group, what, step, endNanos);
        }
        return changed;
    }

    private boolean bring(AdminRequests running, GroupLog group, String what, Step step, long endNanos) {
        if (group.division() == null) {
            throw new EngineUnavailableException(
                    "this node takes no part in " + group.name() + " and cannot " + what + ": ask another one");
        }
        long startNanos = nanoClock.getAsLong();
        boolean changed = false;
        Throwable last = null;
        while (true) {
            GroupView view = led(running, group);
            if (view != null && !view.changing()) {
                try {
                    List<RaftPeer> next = step.next(running, group, view);
                    changed |= next == null || !next.equals(view.members());
                    if (next != null) {
                        // Also when nothing is to be changed: the leader confirms that it stands.
                        running.change(
                                RaftPeerId.valueOf(view.self()), group.group(), view.members(), next, changeMillis());
                        if (changed) {
                            log.info("{} done in {}: its members are {}", what, group.name(), next);
                        }
                        return changed;
                    }
                } catch (Newcomers.UnreachableException e) {
                    if (nanoClock.getAsLong() - startNanos >= UNREACHABLE_LIMIT.toNanos()) {
                        throw new EngineUnavailableException(String.valueOf(e.getMessage()));
                    }
                } catch (IOException e) {
                    last = e;
                }
            }
            if (nanoClock.getAsLong() - endNanos >= 0) {
                throw givenUp(what, group, changed, last);
            }
            pause();
        }
    }

    private static RuntimeException givenUp(String what, GroupLog group, boolean changed, @Nullable Throwable last) {
        String message = "cannot " + what + " in " + group.name() + " within " + LIMIT.toSeconds() + " s"
                + (last == null ? ": it has no leader that answers" : ": " + last.getMessage());
        return changed
                ? new OutcomeUnknownException(message + "; it may be done later, and may be asked for again")
                : new EngineUnavailableException(message);
    }

    private long changeMillis() {
        return config.timeouts().submit().toMillis();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineUnavailableException("this node is closing");
        }
    }

    /** What is to become of a group. */
    private interface Step {
        /**
         * @param view what the leader says
         * @return who the members are to be; null to look again
         */
        @Nullable
        List<RaftPeer> next(AdminRequests running, GroupLog group, GroupView view) throws IOException;
    }

    /** Hands over what this node leads, to the followers that have most; blocks for the limit at most. */
    void handOver(Duration limit) {
        AdminRequests running = requests;
        if (running != null) {
            new HandOver(running, config.timeouts(), nanoClock).run(groups, limit);
        }
    }

    private AdminRequests running() {
        AdminRequests running = requests;
        if (running == null) {
            throw new EngineUnavailableException("this node takes no part in its cluster yet");
        }
        return running;
    }

    private static <T> CompletableFuture<T> run(ThreadPoolExecutor executor, Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new EngineUnavailableException("this node has as many changes of its cluster waiting as it may"));
        }
    }

    private static MembershipException unknown(String id) {
        return new MembershipException(Reason.UNKNOWN, "no member of the cluster has the id " + id);
    }
}
