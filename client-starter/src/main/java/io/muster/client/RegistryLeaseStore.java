package io.muster.client;

import io.muster.api.LeaseAcquisition;
import io.muster.api.LeaseGrant;
import io.muster.api.LeaseList;
import io.muster.api.LeaseRelease;
import io.muster.api.LeaseRenewal;
import io.muster.lease.LeaseStore;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Leases that the registry keeps: on the disk of a single one, by a majority of several. Thread-safe.
 *
 * <p>Every call is repeated, on the next node too, until an answer comes or 5 s are over; all of them are idempotent, an
 * acquisition by its request id.
 */
public final class RegistryLeaseStore implements LeaseStore {
    private static final String LEASES = "/v1/leases";
    /** What a registry takes by default is 256 KiB. */
    private static final int MAX_BODY_BYTES = 200 * 1024;
    /** Of the braces, field names and the token. */
    private static final int KEY_BYTES = 48;

    private final LeaseCalls calls;

    RegistryLeaseStore(LeaseCalls calls) {
        this.calls = calls;
    }

    /** A store over a client's connection, which stays the client's. */
    public static RegistryLeaseStore over(RegistryClient client) {
        ClientRuntime runtime = client.runtime();
        return new RegistryLeaseStore(new LeaseCalls(
                client.leaseCalls(),
                client.config().requestTimeout(),
                runtime.renewals(),
                runtime.nanoTime(),
                runtime.random()));
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        Instant tick = request.tick();
        LeaseAcquisition body = new LeaseAcquisition(
                request.name(),
                request.holder(),
                request.requestId(),
                request.ttl(),
                tick == null ? null : (Long) tick.toEpochMilli());
        return calls.send("POST", LEASES + "/acquire", body)
                .thenApply(reply -> grant(request.name(), reply.as(LeaseGrant.class)));
    }

    @Override
    public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(Set.of());
        }
        List<CompletableFuture<LeaseRenewal.Answer>> answers = bodies(keys).stream()
                .map(body -> calls.send("POST", LEASES + "/renew", new LeaseRenewal(body))
                        .thenApply(reply -> reply.as(LeaseRenewal.Answer.class)))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Set<LeaseKey> renewed = new LinkedHashSet<>();
                    answers.forEach(answer ->
                            answer.join().renewed().forEach(key -> renewed.add(new LeaseKey(key.name(), key.token()))));
                    return renewed;
                });
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return release(key, null, completed);
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return release(key, rest, completed);
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        return calls.send("GET", LEASES + "/" + encoded(name), null).thenApply(reply -> {
            if (reply.status() == 404) {
                return Optional.empty();
            }
            LeaseList.Entry entry = reply.as(LeaseList.Entry.class);
            Long completed = entry.completed();
            return Optional.of(new LeaseView(
                    entry.name(),
                    entry.holder(),
                    entry.token(),
                    entry.live() ? Duration.ofMillis(Math.max(1, entry.remainingMillis())) : Duration.ZERO,
                    completed == null ? null : Instant.ofEpochMilli(completed)));
        });
    }

    /** Needs a token with the scope {@code operate}. */
    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return calls.send("DELETE", "/v1/operator/leases/" + encoded(name), null)
                .thenApply(reply -> reply.as(LeaseRelease.Answer.class).released());
    }

    @Override
    public Traits traits() {
        return new Traits(
                "Muster registry",
                Durability.DURABLE,
                Duration.ofSeconds(5),
                "another node of the registry takes up to 4 s to take over");
    }

    /** The connection is its client's, and stays open. */
    @Override
    public void close() {}

    private CompletionStage<Boolean> release(LeaseKey key, @Nullable Duration rest, @Nullable Instant completed) {
        Long done = completed == null ? null : (Long) completed.toEpochMilli();
        LeaseRelease body = new LeaseRelease(key.name(), key.token(), rest, done);
        return calls.send("POST", LEASES + "/release", body)
                .thenApply(reply -> reply.as(LeaseRelease.Answer.class).released());
    }

    private static Grant grant(String name, LeaseGrant answer) {
        Long token = answer.token();
        Long atMost = answer.atMostMillis();
        Long completed = answer.completed();
        if (answer.result() == LeaseGrant.Result.GRANTED && token != null) {
            return new Grant.Granted(new LeaseKey(name, token));
        }
        if (answer.result() == LeaseGrant.Result.HELD && answer.holder() != null && atMost != null) {
            return new Grant.Held(answer.holder(), Duration.ofMillis(atMost));
        }
        if (completed != null) {
            return new Grant.AlreadyRan(Instant.ofEpochMilli(completed));
        }
        throw new IllegalStateException("answer must be of a known kind but was " + answer);
    }

    /** As few bodies as a registry takes by default: as many of the longest names in a script of three bytes each are too large. */
    private static List<List<io.muster.api.LeaseKey>> bodies(Collection<LeaseKey> keys) {
        List<List<io.muster.api.LeaseKey>> bodies = new ArrayList<>();
        List<io.muster.api.LeaseKey> body = new ArrayList<>();
        long bytes = 0;
        for (LeaseKey key : keys) {
            // Quotes and backslashes take two bytes in JSON, and nothing takes more than twice its place.
            long size = KEY_BYTES + 2L * key.name().getBytes(StandardCharsets.UTF_8).length;
            if (!body.isEmpty() && (bytes + size > MAX_BODY_BYTES || body.size() == LeaseRenewal.MAX_KEYS)) {
                bodies.add(body);
                body = new ArrayList<>();
                bytes = 0;
            }
            body.add(new io.muster.api.LeaseKey(key.name(), key.token()));
            bytes += size;
        }
        bodies.add(body);
        return bodies;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
