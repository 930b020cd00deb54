package io.muster.client.spring.registration;

import io.muster.api.DrainResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes before the web server stops: everybody is told that this instance goes, and it serves on until they have taken
 * it out of their rotations, and a little longer for requests that were on their way by then.
 *
 * @param timeout how long everybody is waited for at most
 * @param settle how long it serves on after that
 */
record Farewell(Duration timeout, Duration settle) {
    private static final Logger log = LoggerFactory.getLogger(Farewell.class);

    /** Takes leave in the background; an instance that was not registered has nobody to take leave of. */
    CompletableFuture<Void> take(LocalInstance instance) {
        if (instance.registration().isEmpty()) {
            CompletableFuture<Optional<DrainResult>> unused = instance.drain(timeout);
            return CompletableFuture.completedFuture(null);
        }
        long before = System.nanoTime();
        return instance.drain(timeout).thenCompose(result -> {
            tell(result, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
            return settled();
        });
    }

    private CompletableFuture<Void> settled() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(settle.toNanos(), TimeUnit.NANOSECONDS, Runnable::run));
    }

    private void tell(Optional<DrainResult> result, long millis) {
        if (result.isEmpty()) {
            log.info("Nobody could say who still chooses this instance; serving {} ms more", settle.toMillis());
        } else if (result.get().complete()) {
            log.info(
                    "All callers have taken this instance out of their rotation, after {} ms; serving {} ms more",
                    millis,
                    settle.toMillis());
        } else if (result.get().warming()) {
            log.info("The registry has started lately and may not know all callers; waited {} ms for them", millis);
        } else {
            log.warn(
                    "Not all callers have said within {} that they have taken this instance out of their rotation: {}",
                    timeout,
                    result.get().waiting());
        }
    }
}
