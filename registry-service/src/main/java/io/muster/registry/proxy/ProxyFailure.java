package io.muster.registry.proxy;

import io.muster.lb.Outcome;
import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CancellationException;

/** What an exception says of a request that was passed on. */
enum ProxyFailure {
    /** No connection came about: the instance has seen nothing. */
    REFUSED(Outcome.REFUSED, 503, "could not be connected to"),
    /** The connection broke, or what came was no HTTP; the instance may have seen the request. */
    BROKEN(Outcome.FAILURE, 502, "broke the connection"),
    /** No answer in time; the instance may be working on it. */
    TIMEOUT(Outcome.TIMEOUT, 504, "did not answer in time"),
    /** All connections to it are in use. */
    EXHAUSTED(Outcome.CANCELLED, 503, "has no connection to spare"),
    /** The caller went away, or sent what breaks a rule. */
    CALLER(Outcome.CANCELLED, 400, "was not at fault");

    private final Outcome outcome;
    private final int status;
    private final String text;

    ProxyFailure(Outcome outcome, int status, String text) {
        this.outcome = outcome;
        this.status = status;
        this.text = text;
    }

    Outcome outcome() {
        return outcome;
    }

    int status() {
        return status;
    }

    String text() {
        return text;
    }

    /** The caller's body broke off. */
    static final class CallerGone extends IOException {
        private static final long serialVersionUID = 1L;

        CallerGone(Throwable cause) {
            super("The caller's body broke off", cause);
        }
    }

    static ProxyFailure of(Throwable thrown) {
        if (thrown instanceof Refusal || thrown instanceof CallerGone || thrown instanceof CancellationException) {
            return CALLER;
        }
        Throwable cause = thrown;
        for (int i = 0; i < 8 && cause != null; i++) {
            if (cause instanceof CallerGone || cause instanceof Refusal) {
                return CALLER;
            }
            if (cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException) {
                return REFUSED;
            }
            if (cause.getClass().getSimpleName().startsWith("PoolAcquire")) {
                return EXHAUSTED;
            }
            if (cause instanceof TimeoutException || cause instanceof java.util.concurrent.TimeoutException) {
                return TIMEOUT;
            }
            if (cause instanceof ClosedChannelException) {
                return BROKEN;
            }
            cause = cause.getCause();
        }
        return BROKEN;
    }
}
