package io.muster.client.spring;

import io.muster.api.InvalidFieldException;
import io.muster.client.ClientConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the registry is and how it is reached.
 *
 * @param urls The registry's nodes, such as http://localhost:7070; several mean nodes of one registry. Muster is off while
 *     this is not set.
 * @param namespace The namespace in which this application registers and looks up.
 * @param connectTimeout Longest time to connect to a node.
 * @param requestTimeout Longest time from asking a node to the end of its answer.
 * @param streamSilence A stream that brings no byte for this long is broken; the registry writes at least every 2 s.
 * @param backoff Waits between attempts to reach the registry.
 * @param viewFile File that keeps what this application knows of other services, for a start while no registry answers. By
 *     default named after application and namespace, in '.muster' in the user's home; empty keeps nothing.
 * @param failFast Whether the application fails to start when the registry does not answer or refuses the registration;
 *     otherwise it starts and goes on trying.
 */
@ConfigurationProperties("muster.registry")
public record RegistryProperties(
        @DefaultValue List<URI> urls,
        @DefaultValue("default") String namespace,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("5s") Duration requestTimeout,
        @DefaultValue("6s") Duration streamSilence,
        @DefaultValue Backoff backoff,
        @Nullable String viewFile,
        @DefaultValue("false") boolean failFast) {
    /** @throws InvalidFieldException when a property breaks its rule; it names the property */
    public RegistryProperties {
        urls = List.copyOf(urls);
        if (!urls.isEmpty()) {
            config(urls, namespace, connectTimeout, requestTimeout, streamSilence, backoff);
        }
    }

    /**
     * Waits between attempts: each is random between zero and a bound that doubles with every failure in a row.
     *
     * @param initial Upper bound of the random wait after the first failure.
     * @param max Upper bound of the random wait after many failures in a row.
     */
    public record Backoff(
            @DefaultValue("200ms") Duration initial,
            @DefaultValue("10s") Duration max) {}

    /**
     * The client's configuration.
     *
     * @param application its name, for the default of the view file; empty for none
     * @throws InvalidFieldException when no URL is set
     */
    ClientConfig toConfig(String application) {
        return config(urls, namespace, connectTimeout, requestTimeout, streamSilence, backoff)
                .withViewFile(viewFile(application));
    }

    private @Nullable Path viewFile(String application) {
        String configured = viewFile;
        if (configured != null) {
            return configured.isBlank() ? null : Path.of(configured);
        }
        String home = System.getProperty("user.home", "");
        if (home.isBlank() || application.isBlank()) {
            return null;
        }
        String name = application.replaceAll("[^A-Za-z0-9._-]", "_") + "-" + namespace;
        return Path.of(home, ".muster", name + ".views.json");
    }

    private static ClientConfig config(
            List<URI> urls,
            String namespace,
            Duration connectTimeout,
            Duration requestTimeout,
            Duration streamSilence,
            Backoff backoff) {
        try {
            return new ClientConfig(
                    urls, namespace, connectTimeout, requestTimeout, backoff.initial(), backoff.max(), streamSilence);
        } catch (InvalidFieldException e) {
            throw new InvalidFieldException("muster.registry." + property(e.field()), e.rule(), e.value());
        }
    }

    /** The property that fills a component of {@link ClientConfig}. */
    private static String property(String component) {
        return switch (component) {
            case "registryUrls" -> "urls";
            case "connectTimeout" -> "connect-timeout";
            case "requestTimeout" -> "request-timeout";
            case "streamSilence" -> "stream-silence";
            case "backoffInitial" -> "backoff.initial";
            case "backoffMax" -> "backoff.max";
            default -> component;
        };
    }
}
