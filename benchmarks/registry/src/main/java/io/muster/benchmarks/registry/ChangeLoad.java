package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.HttpConnection;
import java.util.List;
import java.util.function.ToIntFunction;

/** Changes the weight of one member after the other, each once, at the pace of its ticks. Runs on the loop. */
final class ChangeLoad implements Runnable {
    /** Coprime to the numbers of members used here, so that members do not repeat and services take turns. */
    private static final int STRIDE = 7919;

    private final List<Member> members;
    private final List<HttpConnection> connections;
    private final ChangeTimes times;
    private final ToIntFunction<Member> watchers;
    private int count;
    private boolean measuring;

    /** @param watchers how many watch a member's service */
    ChangeLoad(
            List<Member> members, List<HttpConnection> connections, ChangeTimes times, ToIntFunction<Member> watchers) {
        this.members = members;
        this.connections = connections;
        this.times = times;
        this.watchers = watchers;
    }

    /** From now on changes count. */
    void measure(boolean measure) {
        measuring = measure;
    }

    @Override
    public void run() {
        Member member = members.get((int) ((long) count * STRIDE % members.size()));
        HttpConnection connection = connections.get(count % connections.size());
        count++;
        int weight = times.next(watchers.applyAsInt(member), measuring);
        connection.send(member.changeWeight(weight), (status, body) -> {
            if (status == 200) {
                times.answered(weight, System.nanoTime());
            }
        });
    }
}
