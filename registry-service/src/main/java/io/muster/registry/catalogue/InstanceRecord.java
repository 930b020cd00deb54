package io.muster.registry.catalogue;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance in the catalogue. What each source says stands apart; the effective status is derived.
 *
 * @param key its name
 * @param generation the position at which its process registered
 * @param registration what it says of itself
 * @param owner who may change it
 * @param address the IP address that its host was resolved to
 * @param checks what its checks say
 * @param ruling what operators say
 */
public record InstanceRecord(
        InstanceKey key,
        Position generation,
        Registration registration,
        String owner,
        String address,
        Checks checks,
        Ruling ruling) {
    /** Names of fields, punctuation, numbers, the status, what checks say of it and what is overridden, rounded up. */
    private static final int FIXED_BYTES = 448;

    /** The effective status: operators over checks over what the instance says of itself. */
    public InstanceStatus status() {
        return ruling.maintenance() ? InstanceStatus.MAINTENANCE : unruledStatus();
    }

    /** Why it has this status; empty when nothing is to be said. */
    public String reason() {
        return ruling.maintenance() ? ruling.reason() : checks.reason();
    }

    /** The effective weight: operators over what the instance says of itself. */
    public int weight() {
        Integer ruled = ruling.weight();
        return ruled == null ? registration.weight() : ruled;
    }

    private InstanceStatus unruledStatus() {
        return checks.passing() ? registration.status() : InstanceStatus.DOWN;
    }

    private Instance.@Nullable Overridden overridden() {
        return ruling.maintenance() || ruling.weight() != null
                ? new Instance.Overridden(unruledStatus(), checks.reason(), registration.weight())
                : null;
    }

    /** The instance as the API shows it. */
    public Instance toInstance() {
        return new Instance(
                key.id(),
                generation,
                registration.host(),
                registration.port(),
                registration.secure(),
                status(),
                reason(),
                weight(),
                registration.zone(),
                registration.metadata(),
                overridden());
    }

    /** How many bytes it takes at most in a snapshot's JSON, beside an operator's reason. */
    long encodedBytes() {
        long bytes = FIXED_BYTES
                + encodedBytes(key.id())
                + encodedBytes(registration.host())
                + encodedBytes(registration.zone());
        for (Map.Entry<String, String> entry : registration.metadata().entrySet()) {
            bytes += 6 + encodedBytes(entry.getKey()) + encodedBytes(entry.getValue());
        }
        return bytes;
    }

    private static long encodedBytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < ' ') {
                bytes += 6;
            } else if (character < 128) {
                bytes += character == '"' || character == '\\' ? 2 : 1;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    InstanceRecord with(Registration newRegistration) {
        return new InstanceRecord(key, generation, newRegistration, owner, address, checks, ruling);
    }

    InstanceRecord with(Registration newRegistration, String newAddress) {
        return new InstanceRecord(key, generation, newRegistration, owner, newAddress, checks, ruling);
    }

    InstanceRecord with(Checks newChecks) {
        return new InstanceRecord(key, generation, registration, owner, address, newChecks, ruling);
    }

    InstanceRecord with(Ruling newRuling) {
        return new InstanceRecord(key, generation, registration, owner, address, checks, newRuling);
    }
}
