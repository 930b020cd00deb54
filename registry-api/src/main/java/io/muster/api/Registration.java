package io.muster.api;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an instance says of itself: the body of {@code PUT /v1/services/{service}/instances/{id}}.
 *
 * @param process names the process that registers, random at each of its starts; another process under the same id is a
 *     new generation
 * @param host the address at which the instance is reached
 * @param port its TCP port, 1 to 65535
 * @param secure whether it speaks TLS
 * @param status what it says of itself: STARTING, UP or DRAINING; by default UP beside a check, which finds out, else STARTING
 * @param weight its share of requests relative to the others', 0 to 10000; 100 by default, 0 takes none
 * @param zone where it runs; empty (the default) for nowhere in particular
 * @param metadata at most 64 entries and 8 KiB
 * @param check how the registry looks by itself whether it is fit; null when it sends heartbeats
 */
public record Registration(
        String process,
        String host,
        int port,
        boolean secure,
        InstanceStatus status,
        Integer weight,
        String zone,
        Map<String, String> metadata,
        @Nullable Check check) {
    /** The weight of an instance that names none. */
    public static final int DEFAULT_WEIGHT = 100;

    /** The largest weight. */
    public static final int MAX_WEIGHT = 10_000;

    /**
     * Absent optional parts (null when read from JSON) take their defaults.
     *
     * @throws InvalidFieldException when a part breaks its rule
     */
    public Registration {
        Names.process(process);
        Names.host(host);
        Names.port(port);
        InstanceStatus usual = check == null ? InstanceStatus.STARTING : InstanceStatus.UP;
        status = ownStatus(Objects.requireNonNullElse(status, usual));
        weight = Names.between("weight", Objects.requireNonNullElse(weight, DEFAULT_WEIGHT), 0, MAX_WEIGHT);
        zone = Names.zone(Objects.requireNonNullElse(zone, ""));
        metadata = Names.metadata(Objects.requireNonNullElse(metadata, Map.of()));
    }

    /** A registration with every optional part at its default. */
    public static Registration of(String process, String host, int port) {
        return new Registration(
                process, host, port, false, InstanceStatus.STARTING, DEFAULT_WEIGHT, "", Map.of(), null);
    }

    /** The same with another status. */
    public Registration withStatus(InstanceStatus newStatus) {
        return new Registration(process, host, port, secure, newStatus, weight, zone, metadata, check);
    }

    /** The same with another check, or none. */
    public Registration withCheck(@Nullable Check newCheck) {
        return new Registration(process, host, port, secure, status, weight, zone, metadata, newCheck);
    }

    /** Applies what a patch names and keeps the rest. */
    public Registration with(InstancePatch patch) {
        return new Registration(
                process,
                host,
                port,
                secure,
                patch.status() == null ? status : patch.status(),
                patch.weight() == null ? weight : patch.weight(),
                zone,
                patch.metadata() == null ? metadata : patch.metadata(),
                check);
    }

    /** An instance may say of itself that it is STARTING, UP or DRAINING; the rest is for others to say. */
    static InstanceStatus ownStatus(InstanceStatus status) {
        return switch (status) {
            case STARTING, UP, DRAINING -> status;
            case DOWN, MAINTENANCE, UNKNOWN ->
                throw new InvalidFieldException("status", "one of STARTING, UP, DRAINING", status);
        };
    }
}
