package io.muster.benchmarks.registry;

import io.muster.api.Heartbeats;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.Names;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.benchmarks.http.Bytes;
import io.muster.benchmarks.http.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An instance that the load plays, with its requests encoded. Its address is made up; nobody connects to it. */
public final class Member {
    private static final byte[] GENERATION = "\"generation\":\"".getBytes(StandardCharsets.US_ASCII);

    private final String service;
    private final String id;
    private final int number;
    private @Nullable String generation;
    private byte @Nullable [] heartbeat;
    private boolean beating;

    /**
     * @param service its service
     * @param number unique among the members of a registry
     */
    public Member(String service, int number) {
        this.service = service;
        this.number = number;
        this.id = service + ":8080:" + Integer.toHexString(0x10000000 + number);
    }

    String service() {
        return service;
    }

    String id() {
        return id;
    }

    /** Whether the registry took its registration. */
    boolean registered() {
        return generation != null;
    }

    String generation() {
        if (generation == null) {
            throw new IllegalStateException(id + " is not registered");
        }
        return generation;
    }

    /** Registers it. */
    public Call register() {
        Registration registration = new Registration(
                "process-" + number,
                "10." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255),
                8080,
                false,
                InstanceStatus.UP,
                Registration.DEFAULT_WEIGHT,
                "zone-" + (char) ('a' + number % 3),
                Map.of("version", "1.4.2", "team", "checkout", "build", "2026-03-14"),
                null);
        return new Call(Requests.of("PUT", path(), json(registration)), (status, body) -> {
            if (status != 201) {
                return false;
            }
            generation = body.until(body.indexOf(GENERATION, 0) + GENERATION.length, '"');
            return !generation.isEmpty();
        });
    }

    /** Takes it back. */
    public Call deregister() {
        return new Call(Requests.of("DELETE", path() + "?generation=" + generation()), (status, body) -> status == 204);
    }

    /** Claims the one heartbeat that may be on its way; false when it is taken. */
    boolean beginHeartbeat() {
        boolean free = !beating;
        beating = true;
        return free;
    }

    /** Gives it back. */
    void endHeartbeat() {
        beating = false;
    }

    /** A heartbeat of this instance alone. */
    byte[] heartbeat() {
        if (heartbeat == null) {
            heartbeat = heartbeats(List.of(this));
        }
        return heartbeat;
    }

    /** One heartbeat for many. */
    public static byte[] heartbeats(List<Member> members) {
        List<InstanceReference> references = members.stream()
                .map(member -> new InstanceReference(
                        Names.DEFAULT_NAMESPACE, member.service, member.id, Position.parse(member.generation())))
                .toList();
        return Requests.of("POST", "/v1/heartbeats", json(new Heartbeats(references)));
    }

    /** Whether a heartbeat was answered, and with nobody unknown. */
    static boolean renewed(int status, Bytes body) {
        return status == 200 && body.indexOf(GENERATION, 0) < 0;
    }

    /** A request that changes its weight. */
    public byte[] changeWeight(int weight) {
        return Requests.of(
                "PATCH", path() + "?generation=" + generation(), json(new InstancePatch(null, weight, null)));
    }

    private String path() {
        return "/v1/services/" + service + "/instances/" + id;
    }

    private static String json(Object value) {
        return new String(JsonCodec.client().encode(value), StandardCharsets.UTF_8);
    }
}
