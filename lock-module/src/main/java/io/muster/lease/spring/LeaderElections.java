package io.muster.lease.spring;

import io.muster.lease.LeaderElection;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.Leases;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

/**
 * The roles for which this application runs, from its start to its stop. Stops after schedulers, listeners and web servers, so
 * that work under way has had their time to end; then all leases are given back. Thread-safe.
 */
final class LeaderElections implements SmartLifecycle {
    /** Below those of web servers and, far lower, of executors: started before them, stopped after them. */
    static final int PHASE = ExecutorConfigurationSupport.DEFAULT_PHASE - 4096;

    private final Leases leases;
    private final BooleanSupplier closing;
    private final Map<String, LeaseRequest> roles = new ConcurrentHashMap<>();
    private final Map<String, LeaderElection> elections = new ConcurrentHashMap<>();
    private boolean running;

    /** @param closing whether a stop is for ever */
    LeaderElections(Leases leases, BooleanSupplier closing) {
        this.leases = leases;
        this.closing = closing;
    }

    /**
     * Runs for a role, as soon as the application is started.
     *
     * @throws IllegalArgumentException if it cannot work here, or was enlisted with another TTL or other resources
     */
    synchronized void enlist(LeaseRequest role) {
        leases.check(role);
        LeaseRequest former = roles.putIfAbsent(role.name(), role);
        if (former != null && !former.equals(role)) {
            throw new IllegalArgumentException("ttl and resources must be the same for all methods of role \""
                    + role.name() + "\" but were " + former.ttl() + " " + former.resources() + " and " + role.ttl()
                    + " " + role.resources());
        }
        if (running && former == null) {
            elections.put(role.name(), leases.elect(role));
        }
    }

    /**
     * The lease of the role; empty unless this process leads. Runs from now on for a role that nobody has enlisted: the start
     * does not see the annotations of a bean whose type is known only when it is made.
     *
     * @throws IllegalArgumentException as {@link #enlist}
     */
    Optional<Lease> lease(LeaseRequest role) {
        if (!role.equals(roles.get(role.name()))) {
            enlist(role);
        }
        LeaderElection election = elections.get(role.name());
        return election == null ? Optional.empty() : election.lease();
    }

    @Override
    public synchronized void start() {
        if (!running) {
            running = true;
            roles.values().forEach(role -> elections.put(role.name(), leases.elect(role)));
        }
    }

    @Override
    public void stop() {
        List<LeaderElection> ended;
        synchronized (this) {
            running = false;
            ended = List.copyOf(elections.values());
            elections.clear();
        }
        if (closing.getAsBoolean()) {
            leases.close();
        } else {
            ended.forEach(LeaderElection::close);
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
