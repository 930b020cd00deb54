package io.muster.client;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a process reaches the registry.
 *
 * @param registryUrls the nodes of one registry, {@code http} or {@code https}, a path is put before the API's; the first
 *     one that answers is kept until it fails
 * @param namespace the namespace of everything that this client registers and looks up
 * @param connectTimeout longest time to connect
 * @param requestTimeout longest time from asking to the end of the answer; for the stream: to its head
 * @param backoffInitial upper bound of the first wait after a failure; it doubles with each failure in a row
 * @param backoffMax the largest upper bound; each wait is random between zero and its bound (full jitter)
 * @param streamSilence a stream that brings no byte for this long is broken; the registry writes at least every 2 s
 * @param viewFile where the views are kept for a start while no registry answers; null keeps them nowhere. Not shared by
 *     different applications
 * @param security how this process proves who it is, and knows the registry
 */
public record ClientConfig(
        List<URI> registryUrls,
        String namespace,
        Duration connectTimeout,
        Duration requestTimeout,
        Duration backoffInitial,
        Duration backoffMax,
        Duration streamSilence,
        @Nullable Path viewFile,
        ClientSecurity security) {
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    /** @throws IllegalArgumentException when a part breaks its rule */
    public ClientConfig {
        registryUrls = List.copyOf(registryUrls);
        if (registryUrls.isEmpty()) {
            throw new InvalidFieldException("registryUrls", "at least one URL", "empty");
        }
        Set<URI> seen = new HashSet<>();
        for (URI url : registryUrls) {
            requireBaseUrl(url);
            requireSecrecy(url, security);
            if (!seen.add(url)) {
                throw new InvalidFieldException("registryUrls", "without repetition", url);
            }
        }
        Names.namespace(namespace);
        requireBounded("connectTimeout", connectTimeout);
        requireBounded("requestTimeout", requestTimeout);
        requireBounded("backoffInitial", backoffInitial);
        requireBounded("backoffMax", backoffMax);
        requireBounded("streamSilence", streamSilence);
        if (backoffMax.compareTo(backoffInitial) < 0) {
            throw new InvalidFieldException("backoffMax", "at least backoffInitial " + backoffInitial, backoffMax);
        }
    }

    /** The same without a file for the views. */
    public ClientConfig(
            List<URI> registryUrls,
            String namespace,
            Duration connectTimeout,
            Duration requestTimeout,
            Duration backoffInitial,
            Duration backoffMax,
            Duration streamSilence) {
        this(registryUrls, namespace, connectTimeout, requestTimeout, backoffInitial, backoffMax, streamSilence, null);
    }

    /** The same without a token and with the platform's trust. */
    public ClientConfig(
            List<URI> registryUrls,
            String namespace,
            Duration connectTimeout,
            Duration requestTimeout,
            Duration backoffInitial,
            Duration backoffMax,
            Duration streamSilence,
            @Nullable Path viewFile) {
        this(
                registryUrls,
                namespace,
                connectTimeout,
                requestTimeout,
                backoffInitial,
                backoffMax,
                streamSilence,
                viewFile,
                ClientSecurity.NONE);
    }

    /** The defaults for these URLs: namespace {@code default}, 2 s, 5 s, 200 ms, 10 s, 6 s. */
    public static ClientConfig of(URI... registryUrls) {
        return new ClientConfig(
                List.of(registryUrls),
                Names.DEFAULT_NAMESPACE,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                Duration.ofSeconds(10),
                Duration.ofSeconds(6));
    }

    /** The same in another namespace. */
    public ClientConfig withNamespace(String newNamespace) {
        return new ClientConfig(
                registryUrls,
                newNamespace,
                connectTimeout,
                requestTimeout,
                backoffInitial,
                backoffMax,
                streamSilence,
                viewFile,
                security);
    }

    /** The same with its views kept in a file; null keeps them nowhere. */
    public ClientConfig withViewFile(@Nullable Path newViewFile) {
        return new ClientConfig(
                registryUrls,
                namespace,
                connectTimeout,
                requestTimeout,
                backoffInitial,
                backoffMax,
                streamSilence,
                newViewFile,
                security);
    }

    /**
     * The same with other credentials.
     *
     * @throws InvalidFieldException when a URL would send a token unencrypted to another machine
     */
    public ClientConfig withSecurity(ClientSecurity newSecurity) {
        return new ClientConfig(
                registryUrls,
                namespace,
                connectTimeout,
                requestTimeout,
                backoffInitial,
                backoffMax,
                streamSilence,
                viewFile,
                newSecurity);
    }

    private static void requireSecrecy(URI url, ClientSecurity security) {
        boolean plain = "http".equalsIgnoreCase(url.getScheme());
        if (plain && security.token() != null && !security.plaintextToken() && !isLoopback(url.getHost())) {
            throw new InvalidFieldException(
                    "registryUrls",
                    "https, or on loopback, when a token is set that may not be sent in plain text,",
                    url);
        }
    }

    /** By its name alone: what a name resolves to may change until the token is sent. */
    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || LOOPBACK_V4.matcher(host).matches()
                || host.equals("[::1]")
                || host.equals("[0:0:0:0:0:0:0:1]");
    }

    private static void requireBaseUrl(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean http = scheme.equals("http") || scheme.equals("https");
        if (!http
                || url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            throw new InvalidFieldException(
                    "registryUrls", "http(s)://host[:port][/path] without user, query and fragment", url);
        }
    }

    private static void requireBounded(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(LONGEST) > 0) {
            throw new InvalidFieldException(name, "between 1 ms and " + LONGEST, value);
        }
    }
}
