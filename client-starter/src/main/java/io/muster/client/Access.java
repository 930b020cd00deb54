package io.muster.client;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the registry accepts this client's credentials. Whoever is refused says so here; the operator is told once, however
 * many calls are refused for the same reason. Thread-safe.
 */
final class Access {
    private static final Logger log = LoggerFactory.getLogger(Access.class);

    private final Map<String, String> refusals = new ConcurrentHashMap<>();

    /**
     * The registry refused somebody's call with 401 or 403.
     *
     * @param who made the call: the stream, the renewals, a registration
     * @param status which of them
     * @param problem what the registry said, printable
     */
    void refused(String who, int status, String problem) {
        String reason = status == 401 ? "it does not accept the token" : problem;
        boolean told = refusals.containsValue(reason);
        refusals.put(who, reason);
        if (told) {
            return;
        }
        if (status == 401) {
            log.error(
                    "The registry does not know this client: {}. Set muster.registry.token to a token whose hash the registry"
                            + " has in muster.server.auth.tokens; trying again, slowly",
                    problem);
        } else {
            log.error(
                    "The registry does not allow this client what it needs ({}): {}. Give its token the scope in the"
                            + " registry's muster.server.auth.tokens; trying again, slowly",
                    who,
                    problem);
        }
    }

    /** The registry accepted somebody's call. */
    void accepted(String who) {
        if (!refusals.isEmpty() && refusals.remove(who) != null && refusals.isEmpty()) {
            log.info("The registry accepts this client's credentials now");
        }
    }

    /** Somebody makes no more calls. */
    void ended(String who) {
        refusals.remove(who);
    }

    /** What is refused and why; empty when nothing is. */
    Optional<String> problem() {
        return refusals.entrySet().stream()
                .map(entry -> "The registry refuses the " + entry.getKey() + ": " + entry.getValue())
                .findFirst();
    }
}
