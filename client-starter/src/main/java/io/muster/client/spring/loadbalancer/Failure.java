package io.muster.client.spring.loadbalancer;

import io.muster.lb.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * What an exception says about a request that brought no response, for all HTTP clients that Spring drives: the JDK's two,
 * Apache's, Jetty's and Reactor Netty's. It is read from the chain of causes, since each client wraps in its own way.
 */
enum Failure {
    /** No connection came about, so the server has seen nothing: refused, not reachable, not resolved, not in time. */
    REFUSED(Outcome.REFUSED),
    /** The connection broke; the server may have seen the request. */
    BROKEN(Outcome.FAILURE),
    /** No answer in time; the server may be working on it. */
    TIMEOUT(Outcome.TIMEOUT),
    /** The instance had too much to do, and did nothing for it. */
    DECLINED(Outcome.DECLINED),
    /** The caller gave up. */
    CANCELLED(Outcome.CANCELLED),
    /** It went wrong on this side, before or beside the connection; it says nothing about the endpoint. */
    LOCAL(Outcome.CANCELLED);

    private static final int LONGEST_CHAIN = 16;

    private final Outcome outcome;

    Failure(Outcome outcome) {
        this.outcome = outcome;
    }

    /** How the request counts for its endpoint. */
    Outcome outcome() {
        return outcome;
    }

    /**
     * Reads an exception of an HTTP client.
     *
     * <p>Only exceptions of I/O speak about the endpoint: an interceptor or filter between us and the client may fail for
     * reasons of its own, such as a refused connection to somebody else that it wraps in an exception of its own.
     */
    static Failure of(Throwable thrown) {
        Throwable outermost = unwrap(thrown);
        Failure first = single(outermost);
        if (first != BROKEN) {
            return first;
        }
        // An I/O exception is often a wrapper too: the cause knows better.
        Throwable cause = outermost.getCause();
        for (int i = 0; i < LONGEST_CHAIN && cause != null; i++) {
            Failure deeper = single(cause);
            if (deeper != BROKEN && deeper != LOCAL) {
                return deeper;
            }
            cause = cause.getCause();
        }
        return BROKEN;
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable cause = thrown.getCause();
        // By name, since an application with RestClient alone does not have the class.
        boolean wrapper = thrown.getClass().getSimpleName().equals("WebClientRequestException");
        return wrapper && cause != null ? cause : thrown;
    }

    private static Failure single(Throwable thrown) {
        if (thrown instanceof DeclinedException) {
            return DECLINED;
        }
        if (isRefused(thrown)) {
            return REFUSED;
        }
        if (isPoolExhausted(thrown)) {
            return LOCAL;
        }
        if (isTimeout(thrown)) {
            return TIMEOUT;
        }
        if (isCancelled(thrown)) {
            return CANCELLED;
        }
        return thrown instanceof IOException ? BROKEN : LOCAL;
    }

    private static boolean isRefused(Throwable thrown) {
        // Netty's AnnotatedConnectException and ConnectTimeoutException and Apache's HttpHostConnectException are
        // ConnectExceptions. Apache's ConnectTimeoutException and the socket's own are SocketTimeoutExceptions.
        return thrown instanceof ConnectException
                || thrown instanceof NoRouteToHostException
                || thrown instanceof PortUnreachableException
                || thrown instanceof UnknownHostException
                || thrown instanceof UnresolvedAddressException
                || thrown instanceof HttpConnectTimeoutException
                || (thrown instanceof SocketTimeoutException && isConnectTimeout(thrown));
    }

    private static boolean isConnectTimeout(Throwable thrown) {
        String message = thrown.getMessage();
        return thrown.getClass().getSimpleName().equals("ConnectTimeoutException")
                || (message != null && message.toLowerCase(Locale.ROOT).startsWith("connect time"));
    }

    /** No connection was free in time: Reactor Netty's PoolAcquire…, Apache's ConnectionRequestTimeoutException. */
    private static boolean isPoolExhausted(Throwable thrown) {
        String name = thrown.getClass().getSimpleName();
        return name.startsWith("PoolAcquire") || name.equals("ConnectionRequestTimeoutException");
    }

    private static boolean isTimeout(Throwable thrown) {
        return thrown instanceof HttpTimeoutException
                || thrown instanceof SocketTimeoutException
                || thrown instanceof TimeoutException
                || thrown.getClass().getName().startsWith("io.netty.handler.timeout.");
    }

    private static boolean isCancelled(Throwable thrown) {
        return thrown instanceof InterruptedException
                || thrown instanceof InterruptedIOException
                || thrown instanceof ClosedByInterruptException
                || thrown instanceof CancellationException;
    }
}
