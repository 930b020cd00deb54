package io.muster.client.spring.actuate;

import io.muster.api.Position;
import io.muster.client.ConnectionState;
import io.muster.client.RegistryClient;
import io.muster.client.spring.registration.LocalInstance;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * UP while the stream from the registry is open, UNKNOWN otherwise, with details: an application goes on with what it knows
 * while the registry is away, so that is no reason to restart it or to take traffic from it. Neither is a registry that refuses
 * the application's credentials: one wrong list of tokens there would take out every application at once.
 */
final class MusterHealthIndicator extends AbstractHealthIndicator {
    private final RegistryClient client;
    private final Supplier<@Nullable LocalInstance> instance;

    /** @param instance gives null in an application that does not register */
    MusterHealthIndicator(RegistryClient client, Supplier<@Nullable LocalInstance> instance) {
        super("Reading the state of the registry client failed");
        this.client = client;
        this.instance = instance;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        ConnectionState state = client.state();
        Optional<String> refusal = client.refusal();
        if (state.connected() && refusal.isEmpty()) {
            builder.up();
        } else {
            builder.unknown();
        }
        refusal.ifPresent(reason -> builder.withDetail("refused", reason));
        builder.withDetail("registry", state.registry().toString()).withDetail("connected", state.connected());
        Position position = state.position();
        if (position != null) {
            builder.withDetail("position", position.toString());
        }
        if (state.warming()) {
            builder.withDetail("warming", true);
        }
        if (!state.problem().isEmpty()) {
            builder.withDetail("problem", state.problem());
        }
        LocalInstance local = instance.get();
        if (local != null) {
            builder.withDetail("registration", registration(local));
        }
    }

    private static String registration(LocalInstance local) {
        return local.registration()
                .map(registration -> registration.state().phase().name())
                .orElse("NONE");
    }
}
