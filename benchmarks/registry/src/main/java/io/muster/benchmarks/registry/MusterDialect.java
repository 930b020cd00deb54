package io.muster.benchmarks.registry;

import io.muster.api.Heartbeats;
import io.muster.benchmarks.http.Requests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** This project's registry. */
final class MusterDialect implements Dialect {
    private static final byte[] INSTANCE = "\"generation\":\"".getBytes(StandardCharsets.US_ASCII);

    private final Map<Integer, Member> members = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "muster";
    }

    @Override
    public Call register(int service, int number) {
        Member member = new Member("service-" + service, number);
        members.put(number, member);
        return member.register();
    }

    @Override
    public Call deregister(int service, int number) {
        Call call = member(number).deregister();
        members.remove(number);
        return call;
    }

    @Override
    public Call heartbeat(int service, int number) {
        return new Call(member(number).heartbeat(), Member::renewed);
    }

    @Override
    public Call lookUp(int service, int instances) {
        return new Call(
                Requests.of("GET", "/v1/services/service-" + service),
                (status, body) -> status == 200 && body.count(INSTANCE) == instances);
    }

    private Member member(int number) {
        Member member = members.get(number);
        if (member == null) {
            throw new IllegalStateException("Nobody has the number " + number);
        }
        return member;
    }

    @Override
    public List<Call> renew(int count) {
        List<Member> standing = IntStream.range(0, count)
                .mapToObj(members::get)
                .filter(member -> member != null && member.registered())
                .toList();
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < standing.size(); i += Heartbeats.MAX_INSTANCES) {
            List<Member> batch = standing.subList(i, Math.min(standing.size(), i + Heartbeats.MAX_INSTANCES));
            calls.add(new Call(Member.heartbeats(batch), Member::renewed));
        }
        return calls;
    }
}
