package io.muster.benchmarks.gossip;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serf's agents with its LAN profile, unencrypted as by default. */
final class SerfAgents implements Contestant {
    private static final Duration START_PAUSE = Duration.ofMillis(120);
    private static final int RPC_PORT_OFFSET = 10_000;
    private static final Pattern EVENT = Pattern.compile("serf: Event(MemberJoin|MemberFailed|MemberLeave): (\\S+) .*");
    private static final Pattern SUSPICION = Pattern.compile("memberlist: Suspect (\\S+) has failed.*");

    @Override
    public String name() {
        return "serf";
    }

    @Override
    public Duration startPause() {
        return START_PAUSE;
    }

    @Override
    public List<String> command(int node, List<Place> places) {
        Place place = places.get(node);
        List<String> command = new ArrayList<>(List.of(
                "serf",
                "agent",
                "-node=n" + node,
                "-bind=" + place.address(),
                "-rpc-addr=127.0.0.1:" + (place.address().port() + RPC_PORT_OFFSET),
                "-profile=lan",
                "-log-level=info"));
        if (node > 0) {
            command.add("-join=" + places.get(node % Math.min(SEEDS, node)).address());
        }
        return command;
    }

    @Override
    public boolean isStart(String line) {
        return line.contains("Serf agent running!") || line.contains("agent: Serf agent starting");
    }

    @Override
    public Optional<Sighting> sighting(String line) {
        Matcher event = EVENT.matcher(line);
        if (event.find()) {
            Views.Sight sight = switch (event.group(1)) {
                case "MemberJoin" -> Views.Sight.UP;
                case "MemberFailed" -> Views.Sight.DOWN;
                default -> Views.Sight.GONE;
            };
            return Sighting.of(sight, event.group(2));
        }
        Matcher suspicion = SUSPICION.matcher(line);
        return suspicion.find() ? Sighting.of(Views.Sight.SUSPECTED, suspicion.group(1)) : Optional.empty();
    }
}
