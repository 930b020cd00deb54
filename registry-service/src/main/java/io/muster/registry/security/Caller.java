package io.muster.registry.security;

import io.muster.api.Problem;
import io.muster.api.ProblemException;
import io.muster.api.Text;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * Who makes a request, and what they may do.
 *
 * @param id the token's id; {@value #ANONYMOUS} where nobody is asked for one
 * @param peer the address at the other end of the connection
 * @param client tells those apart whose use of the server is counted: a token's id, or a network
 * @param grant what they may do
 */
public record Caller(String id, InetAddress peer, Object client, Grant grant) {
    /** Owns what was registered without a token. */
    public static final String ANONYMOUS = "anonymous";

    /** What a token allows. */
    sealed interface Grant {
        /** Everything: nobody is asked. */
        record All() implements Grant {}

        /** Nothing but what everybody may. */
        record Nothing() implements Grant {}

        /**
         * What was configured.
         *
         * @param scopes each of them
         * @param namespaces where; empty for everywhere
         */
        record Scopes(List<Scope> scopes, Set<String> namespaces) implements Grant {}
    }

    /**
     * Requires that the caller may register instances of a service.
     *
     * @throws ProblemException with status 403 that names the missing scope
     */
    public void requireRegister(String service) {
        if (!may(Scope.Kind.REGISTER, service)) {
            throw missing(Scope.Kind.REGISTER.word() + ":" + service);
        }
    }

    /**
     * Requires that the caller may take a lease.
     *
     * @throws ProblemException with status 403 that names the missing scope
     */
    public void requireLease(String name) {
        if (!mayLease(name)) {
            throw missing(Scope.Kind.LEASE.word() + ":" + name);
        }
    }

    /** Whether the caller may take a lease, and see its token. */
    public boolean mayLease(String name) {
        return may(Scope.Kind.LEASE, name);
    }

    /**
     * Requires that the caller may use a namespace.
     *
     * @throws ProblemException with status 403 that names it
     */
    public void requireNamespace(String namespace) {
        if (!mayUse(namespace)) {
            throw new Problem(
                            "urn:muster:problem:foreign-namespace",
                            "Foreign namespace",
                            403,
                            "token " + id + " is not for this namespace",
                            "namespace",
                            Text.printable(namespace))
                    .asException();
        }
    }

    /**
     * Requires that the caller is bound to no namespaces, for what belongs to none.
     *
     * @throws ProblemException with status 403
     */
    public void requireEveryNamespace() {
        if (grant instanceof Grant.Scopes scopes && !scopes.namespaces().isEmpty()) {
            throw new Problem(
                            "urn:muster:problem:foreign-namespace",
                            "Foreign namespace",
                            403,
                            "token " + id + " is for its namespaces alone, and this belongs to none",
                            "namespace",
                            null)
                    .asException();
        }
    }

    /** Whether the caller may use a namespace. */
    public boolean mayUse(String namespace) {
        if (grant instanceof Grant.Scopes scopes) {
            return scopes.namespaces().isEmpty() || scopes.namespaces().contains(namespace);
        }
        return grant instanceof Grant.All;
    }

    boolean may(Scope.Kind kind, String name) {
        if (grant instanceof Grant.Scopes scopes) {
            for (Scope scope : scopes.scopes()) {
                if (scope.covers(kind, name)) {
                    return true;
                }
            }
            return false;
        }
        return grant instanceof Grant.All;
    }

    /** Whether the caller has a scope of this kind, whatever its names. */
    boolean mayAny(Scope.Kind kind) {
        if (grant instanceof Grant.Scopes scopes) {
            for (Scope scope : scopes.scopes()) {
                if (scope.kind() == kind) {
                    return true;
                }
            }
            return false;
        }
        return grant instanceof Grant.All;
    }

    ProblemException missing(String scope) {
        return new Problem(
                        "urn:muster:problem:missing-scope",
                        "Missing scope",
                        403,
                        "token " + id + " lacks the scope " + Text.printable(scope),
                        "scope",
                        Text.printable(scope))
                .asException();
    }
}
