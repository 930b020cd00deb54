package io.muster.client;

import io.muster.api.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a new stream may resume from: the last event id, and the services whose views hold exactly what the registry had
 * there. A view that was merged while the registry was warming is not exact: the registry would not repeat the snapshot
 * that makes it so. Not thread-safe.
 */
final class ResumePoint {
    private final Set<String> exact = new TreeSet<>();
    private @Nullable Position position;

    /** Where to resume; empty when no service is held there. */
    Optional<Position> position() {
        return exact.isEmpty() ? Optional.empty() : Optional.ofNullable(position);
    }

    /**
     * The services of {@code wanted} that a stream's URL may name: without a position to resume from all of them, otherwise
     * those held at it. No more than fit into {@code maxCharacters}; the others are added once the stream is open.
     */
    List<String> named(Collection<String> wanted, int maxCharacters) {
        boolean fresh = position().isEmpty();
        List<String> named = new ArrayList<>();
        int characters = 0;
        for (String service : new TreeSet<>(wanted)) {
            int more = "&service=".length() + service.length();
            if ((fresh || exact.contains(service)) && characters + more <= maxCharacters) {
                characters += more;
                named.add(service);
            }
        }
        return named;
    }

    /**
     * A stream is open. Services that it does not resume are not exact until their snapshot comes; in another epoch
     * nothing is.
     */
    void opened(Collection<String> resumed, long epoch) {
        if (position == null || position.epoch() != epoch) {
            reset();
        } else {
            exact.retainAll(resumed);
        }
    }

    void snapshot(String service, boolean warming) {
        if (warming) {
            exact.remove(service);
        } else {
            exact.add(service);
        }
    }

    /** A change came that its view could not take. */
    void missed(String service) {
        exact.remove(service);
    }

    /** Everything up to this position has come. */
    void reached(Position newPosition) {
        position = newPosition;
    }

    void forgotten(String service) {
        exact.remove(service);
    }

    /** Nothing is held any more. */
    void reset() {
        exact.clear();
        position = null;
    }
}
