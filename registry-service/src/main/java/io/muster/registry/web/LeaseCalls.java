package io.muster.registry.web;

import io.muster.api.LeaseAcquisition;
import io.muster.api.LeaseGrant;
import io.muster.api.LeaseKey;
import io.muster.api.LeaseRelease;
import io.muster.api.LeaseRenewal;
import io.muster.api.Problem;
import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.lease.LeaseCommand;
import io.muster.registry.lease.LeaseOutcome;
import io.muster.registry.lease.LeaseService;
import io.muster.registry.lease.StoredLease;
import io.muster.registry.security.Caller;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** What the API can do with leases, whichever way a call came. Thread-safe. */
@Component
final class LeaseCalls {
    private final ObjectProvider<LeaseService> leases;

    LeaseCalls(ObjectProvider<LeaseService> leases) {
        this.leases = leases;
    }

    Mono<LeaseGrant> acquire(LeaseAcquisition asked, Caller caller) {
        caller.requireLease(asked.name());
        LeaseCommand command = new LeaseCommand.Acquire(
                asked.name(), asked.holder(), asked.requestId(), asked.ttl().toMillis(), asked.tick());
        return submit(command).map(LeaseCalls::grant);
    }

    Mono<LeaseRenewal.Answer> renew(LeaseRenewal asked, Caller caller) {
        asked.keys().forEach(key -> caller.requireLease(key.name()));
        List<LeaseCommand.Key> keys = asked.keys().stream()
                .map(key -> new LeaseCommand.Key(key.name(), key.token()))
                .toList();
        return submit(new LeaseCommand.Renew(keys)).map(outcome -> {
            List<LeaseKey> renewed = expected(outcome, LeaseOutcome.Renewed.class).keys().stream()
                    .map(key -> new LeaseKey(key.name(), key.token()))
                    .toList();
            return new LeaseRenewal.Answer(renewed);
        });
    }

    Mono<LeaseRelease.Answer> release(LeaseRelease asked, Caller caller) {
        caller.requireLease(asked.name());
        long rest = asked.rest() == null ? 0 : asked.rest().toMillis();
        LeaseCommand.Key key = new LeaseCommand.Key(asked.name(), asked.token());
        return submit(new LeaseCommand.Release(key, rest, asked.completed())).map(LeaseCalls::ended);
    }

    Mono<LeaseRelease.Answer> forceRelease(String name, Caller operator) {
        return submit(new LeaseCommand.ForceRelease(name, operator.id())).map(LeaseCalls::ended);
    }

    Mono<StoredLease> inspect(String name) {
        return submit(new LeaseCommand.Inspect(name)).map(outcome -> {
            StoredLease found = expected(outcome, LeaseOutcome.Found.class).lease();
            if (found == null) {
                throw Problem.of(404, "No lease", "nothing is stored under this name")
                        .asException();
            }
            return found;
        });
    }

    private Mono<LeaseOutcome> submit(LeaseCommand command) {
        LeaseService service = service();
        return Mono.fromCompletionStage(() -> service.submit(command));
    }

    /** @throws EngineUnavailableException when leases are off */
    LeaseService service() {
        LeaseService service = leases.getIfAvailable();
        if (service == null) {
            throw new EngineUnavailableException(
                    "leases are off: muster.server.data-dir is empty, or" + " muster.server.lease.enabled is false");
        }
        return service;
    }

    private static LeaseGrant grant(LeaseOutcome outcome) {
        if (outcome instanceof LeaseOutcome.Granted granted) {
            return LeaseGrant.granted(granted.key().token());
        }
        if (outcome instanceof LeaseOutcome.Held held) {
            return LeaseGrant.held(held.holder(), millis(held.atMostNanos()));
        }
        if (outcome instanceof LeaseOutcome.Full full) {
            throw Problem.of(409, "Too many leases", full.reason()).asException();
        }
        return LeaseGrant.alreadyRan(
                expected(outcome, LeaseOutcome.AlreadyRan.class).completedMillis());
    }

    private static LeaseRelease.Answer ended(LeaseOutcome outcome) {
        return new LeaseRelease.Answer(
                expected(outcome, LeaseOutcome.Ended.class).wasLive());
    }

    private static <T extends LeaseOutcome> T expected(LeaseOutcome outcome, Class<T> type) {
        if (type.isInstance(outcome)) {
            return type.cast(outcome);
        }
        throw new IllegalStateException("outcome must be " + type.getSimpleName() + " but was " + outcome);
    }

    /** Rounded up: what lives on for less than a millisecond is live. */
    static long millis(long nanos) {
        return (nanos + 999_999) / 1_000_000;
    }
}
