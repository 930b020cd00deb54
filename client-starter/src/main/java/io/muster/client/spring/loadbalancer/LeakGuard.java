package io.muster.client.spring.loadbalancer;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the attempts whose responses were dropped without being read to the end or closed: they would count as in flight
 * for ever. It learns of them from the garbage collector, so late; the connection may be lost all the same. A WebClient
 * over Reactor Netty holds on to its subscribers, and by them to the response, until the connection ends. Thread-safe.
 */
final class LeakGuard {
    private static final Logger log = LoggerFactory.getLogger(LeakGuard.class);

    private final Cleaner cleaner;
    private final AtomicBoolean warned = new AtomicBoolean();

    LeakGuard(Cleaner cleaner) {
        this.cleaner = cleaner;
    }

    /** Watches whatever reading the response holds on to; the attempt must not refer to it. */
    void watch(Object response, Attempt attempt) {
        attempt.guardedBy(cleaner.register(response, () -> found(attempt)));
    }

    private void found(Attempt attempt) {
        if (attempt.abandon() && warned.compareAndSet(false, true)) {
            log.warn(
                    "A response of {} was dropped without being read to its end or closed, which may cost a connection;"
                            + " close responses, or release their bodies. Further ones are only counted"
                            + " (muster.loadbalancer.leaked).",
                    attempt.instance());
        }
    }
}
