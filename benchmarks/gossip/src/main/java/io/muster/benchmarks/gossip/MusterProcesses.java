package io.muster.benchmarks.gossip;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Our nodes, each in a JVM of its own, encrypted, with the LAN profile. */
final class MusterProcesses implements Contestant {
    @Override
    public String name() {
        return "muster";
    }

    @Override
    public Duration startPause() {
        return Duration.ZERO;
    }

    @Override
    public List<String> command(int node, List<Place> places) {
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of(
                NodeProcess.WORD,
                Integer.toString(node),
                places.get(node).address().host(),
                Integer.toString(places.get(node).address().port())));
        for (Place seed : places.subList(0, Math.min(SEEDS, places.size()))) {
            command.add(seed.address().host());
            command.add(Integer.toString(seed.address().port()));
        }
        return command;
    }

    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("java.class.path"));
    }

    @Override
    public boolean isStart(String line) {
        return line.equals(NodeProcess.STARTED);
    }

    @Override
    public Optional<Sighting> sighting(String line) {
        String[] words = line.split(" ", 2);
        if (words.length < 2) {
            return Optional.empty();
        }
        return switch (words[0]) {
            case "UP" -> Sighting.of(Views.Sight.UP, words[1]);
            case "SUSPECTED" -> Sighting.of(Views.Sight.SUSPECTED, words[1]);
            case "DOWN" -> Sighting.of(Views.Sight.DOWN, words[1]);
            case "GONE" -> Sighting.of(Views.Sight.GONE, words[1]);
            default -> Optional.empty();
        };
    }
}
