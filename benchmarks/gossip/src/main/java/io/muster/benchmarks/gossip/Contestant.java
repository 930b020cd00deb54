package io.muster.benchmarks.gossip;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A membership whose nodes are processes that say on their output what they see. Node {@code i} is named {@code n<i>}. */
interface Contestant {
    /** So many nodes are there for others to join through. */
    int SEEDS = 3;

    String name();

    /** Between the starts of two nodes, so that those which are up are not starved of CPU by those which start. */
    Duration startPause();

    /** The program of a node and its arguments. */
    List<String> command(int node, List<Place> places);

    /** Whether a line says that the node listens. */
    boolean isStart(String line);

    /** What a line says of another node, if it does. */
    Optional<Sighting> sighting(String line);

    /** What is said of a node. */
    record Sighting(Views.Sight sight, int subject) {
        /** Of a node's name; empty if it is none of ours. */
        static Optional<Sighting> of(Views.Sight sight, String name) {
            return name.matches("n\\d+")
                    ? Optional.of(new Sighting(sight, Integer.parseInt(name.substring(1))))
                    : Optional.empty();
        }
    }
}
