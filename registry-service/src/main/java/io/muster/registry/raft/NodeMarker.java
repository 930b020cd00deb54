package io.muster.registry.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file that says whose directory it is, and how the node stands to each log, so that one that was emptied, removed or only
 * begun is told from one that is new. Thread-safe.
 */
final class NodeMarker {
    private static final String NAME = "muster-node";

    private final Path file;
    private final String identity;
    private final Map<String, State> states;

    private NodeMarker(Path file, String identity, Map<String, State> states) {
        this.file = file;
        this.identity = identity;
        this.states = states;
    }

    /** How the node stands to a log. */
    enum State {
        /** It is in this directory. */
        GROUP,
        /** The node waits for it to be sent, and never begins one of its own. */
        JOINS,
        /** The node was removed from it, and never begins one of its own. */
        LEFT
    }

    /**
     * Reads what the directory says of itself.
     *
     * @throws IOException when it cannot be read, or is another node's: two would vote under one name
     */
    static NodeMarker of(RaftConfig config) throws IOException {
        Files.createDirectories(config.directory());
        Path file = config.directory().resolve(NAME);
        String identity = "cluster=" + config.cluster() + " id=" + config.self();
        Map<String, State> states = new TreeMap<>();
        if (Files.exists(file)) {
            List<String> lines = Files.readAllLines(file);
            String found = lines.isEmpty() ? "" : lines.get(0);
            if (!found.equals(identity)) {
                throw new IOException("directory " + config.directory() + " must be that of " + identity
                        + " but was that of " + found);
            }
            for (String line : lines.subList(1, lines.size())) {
                int equals = line.indexOf('=');
                for (State state : State.values()) {
                    if (equals > 0 && line.substring(0, equals).equals(word(state))) {
                        states.put(line.substring(equals + 1), state);
                    }
                }
            }
        }
        return new NodeMarker(file, identity, states);
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** How the node stands to a log; null when it never had to do with it. */
    synchronized @Nullable State of(String group) {
        return states.get(group);
    }

    /** Whether any log is in the directory. */
    synchronized boolean holdsAny() {
        return states.containsValue(State.GROUP);
    }

    synchronized void set(String group, State state) throws IOException {
        if (states.put(group, state) == state) {
            return;
        }
        List<String> lines = new ArrayList<>(List.of(identity));
        states.forEach((name, of) -> lines.add(word(of) + "=" + name));
        Path aside = file.resolveSibling(NAME + ".tmp");
        Files.write(aside, lines);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
