package io.muster.benchmarks.registry;

import io.muster.api.Acknowledgement;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.Subscription;
import io.muster.benchmarks.http.Bytes;
import io.muster.benchmarks.http.EventStream;
import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.http.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A member with the stream that the starter keeps: it opens the stream in its registration's name, subscribes in place, and
 * acknowledges what it has applied, soon what may take an instance out of the rotation and within 1.4 s anything
 * else. Runs on the loop.
 */
final class StreamingMember implements EventStream.Listener {
    private static final int PROMPT_MILLIS = 25;
    private static final int LAZY_MILLIS = 700;
    private static final byte[] CHANGE = ascii("event: change");
    private static final byte[] STATUS = ascii("\"status\":\"");
    private static final byte[] UP = ascii("\"status\":\"UP\"");
    private static final byte[] REMOVAL = ascii("\"removed\":[{");
    private static final byte[] ID = ascii("id: ");
    private static final byte[] WATCHER = ascii("\"watcher\":\"");
    private static final byte[] WEIGHT = ascii("\"weight\":");
    private static final byte[] SNAPSHOT = ascii("event: snapshot");

    private final LoadLoop loop;
    private final int number;
    private final Member member;
    private final List<String> services;
    private final HttpConnection connection;
    private final ChangeTimes times;
    private String watcher = "";
    private String applied = "";
    private String acknowledged = "";
    /** Acknowledgements that are scheduled or under way; the first to run takes what there is. */
    private boolean promptly;

    private boolean lazily;
    private int snapshots;
    private boolean ended;
    private long acknowledgements;

    /**
     * @param number its own among the streams
     * @param services that it watches
     * @param connection for its subscription and its acknowledgements
     */
    StreamingMember(
            LoadLoop loop,
            int number,
            Member member,
            List<String> services,
            HttpConnection connection,
            ChangeTimes times) {
        this.loop = loop;
        this.number = number;
        this.member = member;
        this.services = services;
        this.connection = connection;
        this.times = times;
    }

    void open(int port) {
        String target = "/v1/watch?ack=true&namespace=default&instance=" + member.service() + "/" + member.id()
                + "&generation=" + member.generation();
        EventStream.open(loop, port, target, this);
    }

    /** Whether it holds all its services and its stream is open. */
    boolean ready() {
        return snapshots >= services.size() && !ended;
    }

    boolean ended() {
        return ended;
    }

    long acknowledgements() {
        return acknowledgements;
    }

    @Override
    public void event(Bytes event) {
        if (watcher.isEmpty()) {
            int at = event.indexOf(WATCHER, 0);
            if (at >= 0) {
                watcher = event.until(at + WATCHER.length, '"');
                subscribe();
            }
            return;
        }
        if (event.indexOf(SNAPSHOT, 0) >= 0) {
            snapshots++;
        }
        long now = System.nanoTime();
        for (int at = event.indexOf(WEIGHT, 0); at >= 0; at = event.indexOf(WEIGHT, at + WEIGHT.length)) {
            times.seen(event.number(at + WEIGHT.length), number, now);
        }
        int id = event.indexOf(ID, 0);
        if (id >= 0) {
            applied = event.until(id + ID.length, '\n');
        }
        if (event.indexOf(SNAPSHOT, 0) >= 0 || mayTakeFromRotation(event)) {
            promptly();
        } else if (event.indexOf(CHANGE, 0) >= 0) {
            lazily();
        }
    }

    @Override
    public void ended(int status) {
        ended = true;
    }

    private void subscribe() {
        byte[] request = Requests.of("PUT", "/v1/watch/" + watcher + "/services", json(new Subscription(services)));
        connection.send(request, (status, body) -> ended |= status / 100 != 2);
    }

    private static boolean mayTakeFromRotation(Bytes event) {
        int status = event.indexOf(STATUS, 0);
        while (status >= 0 && event.indexOf(UP, status) == status) {
            status = event.indexOf(STATUS, status + STATUS.length);
        }
        return status >= 0 || event.indexOf(REMOVAL, 0) >= 0;
    }

    private void promptly() {
        if (!promptly) {
            promptly = true;
            loop.after(jittered(PROMPT_MILLIS), () -> {
                promptly = false;
                acknowledge();
            });
        }
    }

    private void lazily() {
        if (!lazily) {
            lazily = true;
            loop.after(jittered(LAZY_MILLIS), () -> {
                lazily = false;
                acknowledge();
            });
        }
    }

    private static int jittered(int millis) {
        return millis + ThreadLocalRandom.current().nextInt(millis);
    }

    private void acknowledge() {
        if (ended || applied.isEmpty() || applied.equals(acknowledged)) {
            return;
        }
        acknowledged = applied;
        byte[] request = Requests.of(
                "POST", "/v1/watch/" + watcher + "/ack", json(new Acknowledgement(Position.parse(applied))));
        connection.send(request, (status, body) -> {
            acknowledgements++;
            ended |= status / 100 != 2;
        });
    }

    private static String json(Object value) {
        return new String(JsonCodec.client().encode(value), StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
