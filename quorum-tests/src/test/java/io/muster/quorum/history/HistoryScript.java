package io.muster.quorum.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Writes a history by hand; all times are in milliseconds, and the ttl is 1,000. */
final class HistoryScript {
    static final long TTL_MILLIS = 1000;

    private final List<Operation> operations = new ArrayList<>();

    HistoryScript acquire(long from, long to, String holder, Answer answer) {
        return acquire(from, to, holder, holder + "-1", answer);
    }

    HistoryScript acquire(long from, long to, String holder, String requestId, Answer answer) {
        return add(from, to, new Call.Acquire(holder, requestId, nanos(TTL_MILLIS)), answer);
    }

    HistoryScript renew(long from, long to, long token, Answer answer) {
        return add(from, to, new Call.Renew(token), answer);
    }

    HistoryScript release(long from, long to, long token, Answer answer) {
        return add(from, to, new Call.Release(token), answer);
    }

    HistoryScript force(long from, long to, Answer answer) {
        return add(from, to, new Call.ForceRelease(), answer);
    }

    HistoryScript inspect(long from, long to, Answer answer) {
        return add(from, to, new Call.Inspect(), answer);
    }

    HistoryScript write(long from, long to, long token, Answer answer) {
        return add(from, to, new Call.Write(token), answer);
    }

    List<Operation> operations() {
        return List.copyOf(operations);
    }

    static Answer granted(long token) {
        return new Answer.Granted(token);
    }

    static Answer heldBy(String holder, long token) {
        return new Answer.HeldBy(holder, token);
    }

    static Answer heldBy(String holder) {
        return new Answer.HeldBy(holder, Answer.HeldBy.UNTOLD);
    }

    static Answer usedUp() {
        return new Answer.UsedUp();
    }

    static Answer done() {
        return new Answer.Done();
    }

    static Answer gone() {
        return new Answer.Gone();
    }

    static Answer free() {
        return new Answer.Free();
    }

    static Answer refused() {
        return new Answer.Refused();
    }

    static Answer unknown() {
        return new Answer.Unknown();
    }

    private HistoryScript add(long from, long to, Call call, Answer answer) {
        operations.add(new Operation(operations.size(), "job", call, answer, nanos(from), nanos(to)));
        return this;
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
