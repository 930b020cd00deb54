package io.muster.lease.http;

import io.muster.lease.Lease;
import io.muster.lease.LeaseStore.LeaseKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests of a client carry fencing tokens: those that are sent under leases, to hosts that are listed, and to
 * services of a balanced client. Immutable.
 */
public final class TokenSender {
    private static final String SUFFIX = "*.";

    private final List<String> hosts;

    /**
     * A sender to listed hosts.
     *
     * @param hosts names of hosts or services, as they stand in URIs; {@code *.example.org} is all hosts below that name, and
     *     not that name itself. Compared without case
     * @throws IllegalArgumentException if one is empty, has a star elsewhere, a port, a path or a space, or can be no host of a
     *     URI, as one with an underscore
     */
    public TokenSender(List<String> hosts) {
        this.hosts = hosts.stream().map(TokenSender::checked).toList();
    }

    private static String checked(String host) {
        String name = host.startsWith(SUFFIX) ? host.substring(SUFFIX.length()) : host;
        boolean address = name.startsWith("[") && name.endsWith("]");
        boolean plain =
                name.chars().allMatch(c -> c > ' ' && c <= '~' && "*/@?#,".indexOf(c) < 0 && (c != ':' || address));
        if (name.isEmpty() || name.startsWith(".") || !plain) {
            throw new IllegalArgumentException(
                    "send-to must be names of hosts or *.suffixes, without port, but was \"" + host + "\"");
        }
        if (!isHost(host.startsWith(SUFFIX) ? "any." + name : name)) {
            throw new IllegalArgumentException("send-to must be names that a URI can have as its host, so without"
                    + " underscores, but was \"" + host + "\"");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    private static boolean isHost(String name) {
        try {
            return new URI("http://" + name + "/").getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Whether it sends to nobody but the services of balanced clients. */
    public boolean hasNoHosts() {
        return hosts.isEmpty();
    }

    /**
     * The value of {@link FencingTokenHeader#NAME} for a request; empty when it goes to nobody who is to have it, or under no lease.
     *
     * @param target as the client was given it, before an instance was chosen
     * @param balanced whether the host is the name of a service, of which the client chooses an instance
     * @param leases under which the request is sent
     * @throws io.muster.lease.LeaseLostException if one of the leases is not held any more; the request is not to be sent then
     * @throws IllegalArgumentException if the leases are too many for one request
     */
    public Optional<String> value(URI target, boolean balanced, List<Lease> leases) {
        if (leases.isEmpty() || !(balanced || isListed(target.getHost()))) {
            return Optional.empty();
        }
        leases.forEach(Lease::ensureHeld);
        return Optional.of(FencingTokenHeader.format(leases.stream()
                .map(lease -> new LeaseKey(lease.name(), lease.fencingToken()))
                .distinct()
                .toList()));
    }

    private boolean isListed(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return hosts.stream()
                .anyMatch(listed -> listed.startsWith(SUFFIX)
                        ? name.length() > listed.length() - 1 && name.endsWith(listed.substring(1))
                        : name.equals(listed));
    }
}
