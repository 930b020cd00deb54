package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.client.WebClientRequestException;

class FailureTest {
    static Stream<Arguments> exceptions() {
        return Stream.of(
                        List.of(Failure.REFUSED, new ConnectException("Connection refused")),
                        List.of(Failure.REFUSED, wrapped(new ConnectException("Connection refused"))),
                        List.of(Failure.REFUSED, new IOException("no connection", new ConnectException())),
                        List.of(Failure.REFUSED, new NoRouteToHostException("No route to host")),
                        List.of(Failure.REFUSED, new UnknownHostException("nowhere")),
                        List.of(Failure.REFUSED, new UnresolvedAddressException()),
                        List.of(Failure.REFUSED, wrapped(new UnresolvedAddressException())),
                        List.of(Failure.REFUSED, new HttpConnectTimeoutException("HTTP connect timed out")),
                        List.of(Failure.REFUSED, wrapped(new ConnectTimeoutException("connection timed out"))),
                        List.of(Failure.REFUSED, new SocketTimeoutException("Connect timed out")),
                        List.of(Failure.REFUSED, new SocketTimeoutException("Connect Timeout")),
                        List.of(Failure.TIMEOUT, new SocketTimeoutException("Read timed out")),
                        List.of(Failure.TIMEOUT, new HttpTimeoutException("request timed out")),
                        List.of(Failure.TIMEOUT, wrapped(ReadTimeoutException.INSTANCE)),
                        List.of(Failure.TIMEOUT, wrapped(new TimeoutException())),
                        List.of(
                                Failure.TIMEOUT,
                                new IOException("failed", new SocketTimeoutException("Read timed out"))),
                        List.of(Failure.BROKEN, new SocketException("Connection reset")),
                        List.of(Failure.BROKEN, new EOFException()),
                        List.of(Failure.BROKEN, new ClosedChannelException()),
                        List.of(Failure.BROKEN, wrapped(new IOException("Connection reset by peer"))),
                        List.of(Failure.BROKEN, new IOException("odd", new IllegalStateException())),
                        List.of(Failure.CANCELLED, new InterruptedIOException()),
                        List.of(Failure.CANCELLED, new IOException("gave up", new InterruptedException())),
                        List.of(Failure.CANCELLED, new CancellationException()),
                        List.of(Failure.LOCAL, new IllegalArgumentException("no JSON")),
                        List.of(Failure.LOCAL, wrapped(new PoolAcquireTimeoutException())),
                        List.of(
                                Failure.LOCAL,
                                new IllegalStateException("no token", new ConnectException("elsewhere"))))
                .map(row -> Arguments.of(row.toArray()));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void isReadFromTheExceptionsOfAllClients(Failure failure, Throwable thrown) {
        assertThat(Failure.of(thrown)).isEqualTo(failure);
    }

    private static WebClientRequestException wrapped(Throwable cause) {
        return new WebClientRequestException(cause, HttpMethod.GET, URI.create("http://a"), new HttpHeaders());
    }

    /** Named like the one that Reactor Netty keeps in a shaded package. */
    private static final class PoolAcquireTimeoutException extends TimeoutException {
        private static final long serialVersionUID = 1L;
    }
}
