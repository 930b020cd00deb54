package io.muster.registry.security;

import io.muster.api.Problem;
import io.muster.api.ProblemException;
import io.muster.api.Text;
import io.muster.registry.security.CallRules.Need;
import io.muster.registry.security.Caller.Grant;
import io.muster.registry.security.SecurityProperties.Auth.Mode;
import java.net.InetAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides of each request, before anything else is done for it, whether it is served. Thread-safe; nothing here blocks. */
public final class Gate {
    /** After how many seconds a client that asked too much may ask again. */
    public static final String RETRY_AFTER_SECONDS = "1";

    private static final Logger log = LoggerFactory.getLogger(Gate.class);
    private static final int FAILURES_PER_SECOND = 10;
    private static final Grant ALL = new Grant.All();
    private static final Grant NOTHING = new Grant.Nothing();

    private final boolean open;
    private final boolean loopback;
    private final Tokens tokens;
    private final CallRules rules;
    private final RequestRates requests;
    private final RequestRates failures = new RequestRates(FAILURES_PER_SECOND);
    private final long maxBody;
    private final RareWarning unauthenticated;
    private final RareWarning limited;

    /**
     * @param healthPath where the health endpoint is, whose liveness and readiness everybody may read
     * @param nanoClock monotonic time in nanoseconds
     */
    public Gate(SecurityProperties properties, String healthPath, LongSupplier nanoClock) {
        this.open = properties.auth().mode() != Mode.TOKEN;
        this.loopback = properties.auth().mode() == Mode.LOOPBACK;
        this.tokens = new Tokens(properties.auth().tokens());
        this.rules = new CallRules(healthPath);
        this.requests = new RequestRates(properties.limits().requestsPerSecond());
        this.maxBody = properties.limits().maxBody().toBytes();
        this.unauthenticated = new RareWarning(log, nanoClock);
        this.limited = new RareWarning(log, nanoClock);
    }

    /**
     * What is known of a request before its body is read.
     *
     * @param uri path and query, as they were sent
     * @param host the header; null for none
     * @param authorization the header; null for none
     * @param bodyBytes how long its body says that it is; 0 when it does not say
     * @param peer the other end of the connection
     */
    public record Request(
            String method,
            String uri,
            @Nullable String host,
            @Nullable String authorization,
            long bodyBytes,
            InetAddress peer) {}

    /**
     * A request that passed.
     *
     * @param caller who makes it
     * @param namespaced whether its query says in which namespace, which is still to be judged
     */
    public record Admission(Caller caller, boolean namespaced) {}

    /**
     * Lets a request pass.
     *
     * @throws ProblemException when it is not to be served, with status 400, 401, 403, 413, 421 or 429
     */
    public Admission admit(Request request) {
        String path = path(request.uri());
        Need need = path == null ? CallRules.UNREADABLE : rules.of(request.method(), path);
        Caller caller = authenticate(request, need);
        if (!requests.permit(caller.client())) {
            limited.warn("{} requests were too many for their clients, the last one for {}", caller.client());
            throw tooMany("requests");
        }
        if (path == null) {
            throw invalidUri();
        }
        if (loopback && !LoopbackHosts.allow(request.host())) {
            throw misdirected(request.host());
        }
        authorize(caller, need);
        if (request.bodyBytes() > maxBody) {
            throw bodyTooLarge().asException();
        }
        return new Admission(caller, need.namespaced());
    }

    /** The body of a request is larger than it may be. */
    public static Problem bodyTooLarge() {
        return new Problem(
                "urn:muster:problem:body-too-large",
                "Body too large",
                413,
                "the body is larger than this server accepts",
                "body",
                null);
    }

    static ProblemException tooMany(String what) {
        return new Problem(
                        "urn:muster:problem:too-many-requests",
                        "Too many requests",
                        429,
                        "this client has made or holds too many " + what,
                        null,
                        null)
                .asException();
    }

    private Caller authenticate(Request request, Need need) {
        InetAddress peer = request.peer();
        if (open) {
            return new Caller(Caller.ANONYMOUS, peer, ClientNetworks.of(peer), ALL);
        }
        if (need.kind() == null) {
            return new Caller(Caller.ANONYMOUS, peer, ClientNetworks.of(peer), NOTHING);
        }
        Tokens.Entry token = tokens.find(request.authorization());
        if (token != null) {
            return new Caller(token.id(), peer, token.id(), token.grant());
        }
        unauthenticated.warn("{} requests came without a valid token, the last one from {}", peer.getHostAddress());
        if (!failures.permit(ClientNetworks.of(peer))) {
            throw tooMany("requests without a valid token");
        }
        String detail = request.authorization() == null
                ? "the call needs a token: Authorization: Bearer " + Tokens.PREFIX + "..."
                : "the registry does not know this token";
        throw new Problem("urn:muster:problem:unauthenticated", "Unauthenticated", 401, detail, null, null)
                .asException();
    }

    private static void authorize(Caller caller, Need need) {
        if (need.kind() == null) {
            return;
        }
        String service = need.service();
        if (service != null) {
            caller.requireRegister(service);
        } else if (!caller.mayAny(need.kind())) {
            throw caller.missing(need.kind().word());
        }
    }

    private static ProblemException invalidUri() {
        return new Problem(
                        "urn:muster:problem:invalid-uri",
                        "Invalid URI",
                        400,
                        "the URI of a request must be a path and a query of printable ASCII, with two hexadecimal digits after"
                                + " each %",
                        null,
                        null)
                .asException();
    }

    private static ProblemException misdirected(@Nullable String host) {
        return new Problem(
                        "urn:muster:problem:foreign-host",
                        "Foreign host",
                        421,
                        "a registry that listens on loopback without tokens answers to localhost and loopback addresses only",
                        "host",
                        Text.printable(String.valueOf(host)))
                .asException();
    }

    /** The path of a URI; null when not every part of the server would read it, and in the same way. */
    private static @Nullable String path(String uri) {
        int end = uri.length();
        boolean clean = !uri.isEmpty() && uri.charAt(0) == '/';
        for (int i = 0; clean && i < uri.length(); i++) {
            char c = uri.charAt(i);
            clean = c > ' ' && c < 0x7f && c != '#' && c != '\\' && (c != '%' || isEncoded(uri, i));
            if (c == '?' && end == uri.length()) {
                end = i;
            }
        }
        if (!clean) {
            return null;
        }
        return end == uri.length() ? uri : uri.substring(0, end);
    }

    private static boolean isEncoded(String uri, int percent) {
        return percent + 2 < uri.length()
                && Character.digit(uri.charAt(percent + 1), 16) >= 0
                && Character.digit(uri.charAt(percent + 2), 16) >= 0;
    }
}
