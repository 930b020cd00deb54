package io.muster.registry.engine.raft;

import io.muster.api.InstanceReference;
import io.muster.registry.engine.EngineUnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gathers signs of life on their way to the leader: those that come while one call is under way make up the next. Thread-safe. */
final class HeartbeatRelay {
    private static final int MAX_WAITING = 50_000;
    private static final int MAX_PER_CALL = 2_000;

    private final Function<LeaderCall, CompletionStage<LeaderCall.Answer>> leader;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private int references;
    private boolean underWay;

    HeartbeatRelay(Function<LeaderCall, CompletionStage<LeaderCall.Answer>> leader) {
        this.leader = leader;
    }

    CompletableFuture<List<InstanceReference>> pass(List<InstanceReference> alive, String owner) {
        Waiting waiting = new Waiting(new LeaderCall.Observation(owner, alive), new CompletableFuture<>());
        synchronized (this) {
            if (references > MAX_WAITING) {
                return CompletableFuture.failedFuture(new EngineUnavailableException(
                        "engine raft has signs of life of " + references + " instances waiting for the leader"));
            }
            queue.addLast(waiting);
            references += alive.size();
        }
        sendNext();
        return waiting.answer;
    }

    private void sendNext() {
        List<Waiting> batch = take();
        if (batch.isEmpty()) {
            return;
        }
        LeaderCall call =
                new LeaderCall(batch.stream().map(Waiting::observation).toList(), List.of(), null);
        CompletionStage<Void> unused = leader.apply(call).handle((answer, failure) -> {
            synchronized (this) {
                underWay = false;
            }
            sendNext();
            tell(batch, answer, failure);
            return null;
        });
    }

    private synchronized List<Waiting> take() {
        List<Waiting> batch = new ArrayList<>();
        int taken = 0;
        while (!underWay && !queue.isEmpty() && taken < MAX_PER_CALL) {
            Waiting next = queue.removeFirst();
            taken += next.observation.alive().size();
            batch.add(next);
        }
        references -= taken;
        underWay = underWay || !batch.isEmpty();
        return batch;
    }

    private static void tell(List<Waiting> batch, LeaderCall.@Nullable Answer answer, @Nullable Throwable failure) {
        List<List<InstanceReference>> unknown = answer == null ? List.of() : answer.unknown();
        for (int i = 0; i < batch.size(); i++) {
            CompletableFuture<List<InstanceReference>> waiting = batch.get(i).answer;
            if (unknown.size() == batch.size()) {
                waiting.complete(unknown.get(i));
            } else {
                waiting.completeExceptionally(
                        failure == null ? new IllegalStateException("answer must be whole but was cut") : failure);
            }
        }
    }

    private record Waiting(LeaderCall.Observation observation, CompletableFuture<List<InstanceReference>> answer) {}
}
