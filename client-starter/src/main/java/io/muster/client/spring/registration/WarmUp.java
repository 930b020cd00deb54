package io.muster.client.spring.registration;

import io.muster.api.Identity;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * One request of this process to its own web server before it is said to be UP, so that the first caller does not wait while
 * the server loads what its first answer needs: some 200 ms in a JVM that has just started. It asks for the identity, which
 * is answered in front of the application's own filters and handlers. Nothing depends on the answer.
 */
final class WarmUp {
    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

    private final Duration timeout;
    private final Environment environment;

    /** @param timeout how long an answer is waited for at most; 0 sends nothing */
    WarmUp(Duration timeout, Environment environment) {
        this.timeout = timeout;
        this.environment = environment;
    }

    /** Sends the request and waits for its answer. A server that wants TLS is left alone: it may want a certificate, too. */
    void run(int port) {
        Binder properties = Binder.get(environment);
        if (timeout.isZero() || InstanceDescription.serverTls(properties)) {
            return;
        }
        InetAddress address =
                properties.bind("server.address", InetAddress.class).orElseGet(InetAddress::getLoopbackAddress);
        long before = System.nanoTime();
        try {
            ask(address, port);
            log.debug("The web server's first answer took {} ms", millisSince(before));
        } catch (IOException e) {
            log.debug("The web server has not answered a first request within {} ms", millisSince(before), e);
        }
    }

    private void ask(InetAddress address, int port) throws IOException {
        String host = address.getHostAddress();
        URI uri = URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + Identity.PATH);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        int millis = (int) Math.max(1, timeout.toMillis());
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Connection", "close");
        try {
            connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
