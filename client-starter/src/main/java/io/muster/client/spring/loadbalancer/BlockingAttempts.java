package io.muster.client.spring.loadbalancer;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;

/** The attempts of a call whose caller waits for its response, one after the other. Holds no lock while it waits. */
final class BlockingAttempts {
    private static final Logger log = LoggerFactory.getLogger(BlockingAttempts.class);

    /** Sends the request once. */
    interface Exchange<R> {
        /** Returns the response, which ends the attempt, or throws, which leaves that to the caller. */
        R exchange(Attempt attempt) throws IOException;
    }

    /** Bytes of a body up to which sending it twice costs little. */
    private static final int CHEAP_BYTES = 16 * 1024;

    private BlockingAttempts() {}

    /** Whether a body of so many bytes is sent twice at little cost. */
    static boolean isCheap(int bytes) {
        return bytes <= CHEAP_BYTES;
    }

    /**
     * The response of the first attempt that has one. The request must be one that can be sent again.
     *
     * @param cheap whether sending it once more costs little, so that a busy instance may decline it
     * @throws NoInstanceException when nobody takes the request
     * @throws IOException what the last attempt met; what the ones before met is suppressed in it
     */
    static <R> R run(BalancedCall<?> call, boolean cheap, Exchange<R> exchange) throws IOException {
        choose(call);
        Exception earlier = null;
        while (true) {
            Attempt attempt = call.start(call.limit(cheap));
            Exception thrown;
            try {
                return exchange.exchange(attempt);
            } catch (IOException | RuntimeException e) {
                thrown = e;
            } catch (Error e) {
                attempt.cancel();
                throw e;
            }
            if (earlier != null && earlier != thrown) {
                thrown.addSuppressed(earlier);
            }
            earlier = thrown;
            if (!isAnotherChosen(call, attempt, thrown)) {
                throw rethrown(thrown);
            }
        }
    }

    private static void choose(BalancedCall<?> call) throws IOException {
        ServiceInstance chosen;
        try {
            chosen = call.choose();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.foundNobody();
            InterruptedIOException interrupted = new InterruptedIOException(
                    "Interrupted before " + call.route().service() + " was known");
            interrupted.initCause(e);
            throw interrupted;
        }
        if (chosen == null) {
            call.foundNobody();
            throw new NoInstanceException(call.route().service(), call.route().noInstanceText());
        }
    }

    private static boolean isAnotherChosen(BalancedCall<?> call, Attempt attempt, Exception thrown) {
        // Clients wrap an interruption as they like, but keep the thread's mark.
        boolean interrupted = Thread.currentThread().isInterrupted();
        Failure found = Failure.of(thrown);
        Failure failure = interrupted && found != Failure.DECLINED ? Failure.CANCELLED : found;
        attempt.fail(thrown, failure);
        if (!call.isRetryable(failure, true)) {
            return false;
        }
        ServiceInstance chosen = call.chooseAnother(failure);
        if (chosen != null) {
            log.debug("{} failed ({}), next {}", attempt.instance(), failure, chosen, thrown);
        }
        return chosen != null;
    }

    private static IOException rethrown(Exception thrown) {
        if (thrown instanceof RuntimeException runtime) {
            throw runtime;
        }
        return (IOException) thrown;
    }
}
