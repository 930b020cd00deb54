package io.muster.quorum.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A lease store in virtual time with clients whose calls overlap and whose answers get lost. With a defect it is a wrong one.
 */
final class SimulatedStore {
    private static final long TTL = TimeUnit.MILLISECONDS.toNanos(1000);

    private final SplittableRandom random;
    private final Defect defect;
    private final List<Operation> operations = new ArrayList<>();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private long order;
    private long now;
    private long end;
    private long lastToken;
    private @Nullable Held held;
    private String lastRequest = "";
    private @Nullable Held stale;

    /** What is wrong with the store. */
    enum Defect {
        NONE,
        EXPIRES_AFTER_HALF_THE_TTL,
        RENEWS_WITHOUT_MOVING_THE_EXPIRY,
        FORGETS_ITS_TOKENS,
        GRANTS_A_REPEATED_REQUEST_ANEW,
        RENEWS_ANY_TOKEN,
        RELEASES_ANY_TOKEN,
        INSPECTS_A_STALE_COPY,
        LOSES_GRANTS
    }

    private record Task(long at, long order, Runnable run) {}

    private record Held(String holder, String requestId, long token, long deadline) {}

    private SimulatedStore(SplittableRandom random, Defect defect) {
        this.random = random;
        this.defect = defect;
    }

    /** What the clients of a store saw of one lease. */
    static List<Operation> run(long seed, Defect defect, int clients, long seconds) {
        SimulatedStore store = new SimulatedStore(new SplittableRandom(seed), defect);
        store.end = TimeUnit.SECONDS.toNanos(seconds);
        for (int client = 0; client < clients; client++) {
            store.new Client(client).think();
        }
        while (!store.tasks.isEmpty()) {
            Task task = store.tasks.remove();
            store.now = task.at;
            task.run.run();
        }
        return store.operations;
    }

    private void after(long millis, Runnable run) {
        tasks.add(new Task(now + TimeUnit.MILLISECONDS.toNanos(millis) + random.nextInt(1000), order++, run));
    }

    private boolean sometimes(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private @Nullable Held current() {
        if (held != null && held.deadline <= now) {
            held = null;
        }
        return held;
    }

    private Answer apply(Call call) {
        Held before = current();
        Answer answer = change(call, before);
        if (!Objects.equals(before, held)) {
            stale = before;
        }
        return answer;
    }

    private Answer change(Call call, @Nullable Held before) {
        if (call instanceof Call.Acquire acquire) {
            if (before != null && before.requestId.equals(acquire.requestId())) {
                if (defect == Defect.GRANTS_A_REPEATED_REQUEST_ANEW) {
                    return grant(acquire);
                }
                return new Answer.Granted(before.token);
            }
            if (before != null) {
                return new Answer.HeldBy(before.holder, sometimes(2) ? before.token : Answer.HeldBy.UNTOLD);
            }
            if (lastRequest.equals(acquire.requestId()) && defect != Defect.GRANTS_A_REPEATED_REQUEST_ANEW) {
                return new Answer.UsedUp();
            }
            return grant(acquire);
        }
        if (call instanceof Call.Renew renew) {
            boolean any = defect == Defect.RENEWS_ANY_TOKEN;
            if (before == null || (!any && before.token != renew.token())) {
                return new Answer.Gone();
            }
            if (defect != Defect.RENEWS_WITHOUT_MOVING_THE_EXPIRY) {
                held = new Held(before.holder, before.requestId, before.token, now + TTL);
            }
            return new Answer.Done();
        }
        if (call instanceof Call.Release release) {
            boolean any = defect == Defect.RELEASES_ANY_TOKEN;
            if (before == null || (!any && before.token != release.token())) {
                return new Answer.Gone();
            }
            held = null;
            return new Answer.Done();
        }
        Held seen = defect == Defect.INSPECTS_A_STALE_COPY && sometimes(4) ? stale : before;
        return seen == null ? new Answer.Free() : new Answer.HeldBy(seen.holder, seen.token);
    }

    private Answer grant(Call.Acquire acquire) {
        lastRequest = acquire.requestId();
        lastToken = defect == Defect.FORGETS_ITS_TOKENS && sometimes(20) ? 1 : lastToken + 1 + random.nextInt(3);
        long ttl = defect == Defect.EXPIRES_AFTER_HALF_THE_TTL ? TTL / 2 : TTL;
        held = new Held(acquire.holder(), acquire.requestId(), lastToken, now + ttl);
        if (defect == Defect.LOSES_GRANTS && sometimes(10)) {
            held = null;
        }
        return new Answer.Granted(lastToken);
    }

    private final class Client {
        private final int number;
        private long token;
        private String wish = "";
        private int wishes;

        Client(int number) {
            this.number = number;
        }

        void think() {
            if (now < end) {
                after(random.nextInt(300), this::call);
            }
        }

        private void call() {
            if (token == 0 || sometimes(6)) {
                if (sometimes(3)) {
                    send(new Call.Inspect());
                    return;
                }
                if (wish.isEmpty()) {
                    wish = "wish-" + number + "-" + ++wishes;
                }
                send(new Call.Acquire(wish, wish, TTL));
            } else if (sometimes(4)) {
                send(new Call.Release(token));
            } else {
                send(new Call.Renew(token));
            }
        }

        private void send(Call call) {
            long invoked = now;
            boolean lost = sometimes(12);
            if (lost && sometimes(2)) {
                operations.add(operation(call, new Answer.Unknown(), invoked));
                if (sometimes(2)) {
                    // Takes place some time, perhaps long after its client gave up.
                    after(random.nextInt(3000), () -> apply(call));
                }
                think();
                return;
            }
            after(random.nextInt(80), () -> {
                Answer answer = apply(call);
                after(random.nextInt(80), () -> {
                    if (lost) {
                        operations.add(operation(call, new Answer.Unknown(), invoked));
                    } else {
                        operations.add(operation(call, answer, invoked));
                        learn(call, answer);
                    }
                    think();
                });
            });
        }

        private Operation operation(Call call, Answer answer, long invoked) {
            return new Operation(number, "job", call, answer, invoked, now);
        }

        private void learn(Call call, Answer answer) {
            if (answer instanceof Answer.Granted granted) {
                token = granted.token();
                // Some repeat a wish that was granted.
                wish = sometimes(3) ? wish : "";
            } else if (answer instanceof Answer.UsedUp) {
                wish = "";
            } else if (call instanceof Call.Release || answer instanceof Answer.Gone) {
                // Some go on with a token that is gone.
                token = sometimes(3) ? token : 0;
            }
        }
    }
}
