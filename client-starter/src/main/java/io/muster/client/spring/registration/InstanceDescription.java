package io.muster.client.spring.registration;

import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Puts together what this process says of itself: properties first, then what the environment tells. */
final class InstanceDescription {
    /** The metadata entry that names the management server's port. */
    static final String MANAGEMENT_PORT = "management.port";

    /** So that {@code host:service:port:random} stays below 128 characters. */
    private static final int MAX_HOST_IN_ID = 45;

    private static final int RANDOM_LENGTH = 8;

    private final InstanceProperties properties;
    private final Environment environment;
    private final Supplier<UUID> random;

    InstanceDescription(InstanceProperties properties, Environment environment, Supplier<UUID> random) {
        this.properties = properties;
        this.environment = environment;
        this.random = random;
    }

    /** A description of a process that starts now. */
    Named describe(String host, int port) {
        String service = service();
        String process = random.get().toString();
        String id = Objects.requireNonNullElseGet(properties.id(), () -> id(host, service, port, process));
        Registration registration = new Registration(
                process,
                host,
                port,
                secure(),
                InstanceStatus.STARTING,
                properties.weight(),
                properties.zone(),
                metadata(),
                null);
        return new Named(service, id, registration);
    }

    /**
     * The service under which this process registers.
     *
     * @throws io.muster.api.InvalidFieldException when no valid name is configured
     */
    String service() {
        return ServiceName.of(properties.service(), environment.getProperty("spring.application.name"));
    }

    private static String id(String host, String service, int port, String process) {
        String shortHost = host.substring(0, Math.min(host.length(), MAX_HOST_IN_ID));
        return shortHost + ":" + service + ":" + port + ":" + process.substring(0, RANDOM_LENGTH);
    }

    private boolean secure() {
        if (properties.secure() != null) {
            return properties.secure();
        }
        return serverTls(Binder.get(environment));
    }

    /** Whether the embedded web server speaks TLS: when anything is set below server.ssl and it is not switched off. */
    static boolean serverTls(Binder properties) {
        return properties
                .bind("server.ssl", Bindable.mapOf(String.class, Object.class))
                .map(ssl -> !"false".equalsIgnoreCase(String.valueOf(ssl.get("enabled"))))
                .orElse(false);
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new HashMap<>(properties.metadata());
        String managementPort = environment.getProperty("local.management.port");
        if (managementPort != null && !managementPort.equals(environment.getProperty("local.server.port"))) {
            metadata.putIfAbsent(MANAGEMENT_PORT, managementPort);
        }
        return metadata;
    }

    /**
     * A registration and where it goes.
     *
     * @param service the service's name
     * @param id the instance's id within it
     * @param registration what the instance says of itself
     */
    record Named(String service, String id, Registration registration) {}
}
