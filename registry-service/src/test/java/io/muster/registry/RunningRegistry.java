package io.muster.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;

/** A real registry on a port of its own, for the tests of every module. */
public final class RunningRegistry implements AutoCloseable {
    private static final String DATA_DIR = "muster.server.data-dir=";
    private static final String LEASES = "muster.server.lease.enabled=";

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(30))
            .build();

    private RunningRegistry(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts one on a random port of the loopback address. */
    public static RunningRegistry start(String... properties) {
        return startOn(0, properties);
    }

    /** Starts one on that port of the loopback address. */
    public static RunningRegistry startOn(int port, String... properties) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--server.port=" + port);
        if (Arrays.stream(properties).noneMatch(property -> property.startsWith(DATA_DIR))) {
            // Several of them run at once, and none is to find what another one kept.
            arguments.add("--" + DATA_DIR);
        }
        if (Arrays.stream(properties).noneMatch(property -> property.startsWith(LEASES))) {
            arguments.add("--" + LEASES + "false");
        }
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return new RunningRegistry(RegistryApplication.builder().run(arguments.toArray(String[]::new)));
    }

    /** Where it listens. */
    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** Its base URL. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Its context. */
    public ConfigurableApplicationContext context() {
        return context;
    }

    /** Calls it with an optional JSON body. */
    public HttpResponse<String> call(String method, String pathAndQuery, String... body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url().resolve(pathAndQuery))
                .timeout(Duration.ofSeconds(60))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofString(body[0]));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        return send(request.build());
    }

    /** Calls it. */
    public HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Stops it as a container's end does. */
    @Override
    public void close() {
        context.close();
    }
}
