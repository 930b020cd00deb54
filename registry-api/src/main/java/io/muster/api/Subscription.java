package io.muster.api;

import java.util.HashSet;
import java.util.List;

/**
 * The services that a watcher wants from now on: the body of {@code PUT /v1/watch/{watcher}/services}. It replaces the
 * former ones; each one that was not there before is answered by its snapshot on the stream.
 *
 * @param services names without repetition, at most 1000; may be empty
 */
public record Subscription(List<String> services) {
    /** Most services of one watcher. */
    public static final int MAX_SERVICES = 1000;

    /** @throws InvalidFieldException when there are too many, or one is no service name */
    public Subscription {
        Names.required("services", services);
        if (services.size() > MAX_SERVICES) {
            throw new InvalidFieldException(
                    "services", "at most " + MAX_SERVICES + " names", services.size() + " names");
        }
        HashSet<String> seen = new HashSet<>();
        for (String service : services) {
            Names.service(service);
            if (!seen.add(service)) {
                throw new InvalidFieldException("services", "without repetition", service);
            }
        }
        services = List.copyOf(services);
    }
}
