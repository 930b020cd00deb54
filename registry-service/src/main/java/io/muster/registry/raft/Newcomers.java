package io.muster.registry.raft;

import io.muster.registry.replication.MembershipException;
import io.muster.registry.replication.MembershipException.Reason;
import java.io.IOException;
import org.apache.ratis.protocol.RaftPeer;

/** Looks at a node before it is made a member, and makes it ready. Everything here blocks. */
final class Newcomers {
    private Newcomers() {}

    /** A node that came back empty under its old name is never filled: it may have confirmed what nobody else has. */
    static void requireNotEmptied(AdminRequests running, GroupLog group, RaftPeer member) {
        boolean emptied;
        try {
            emptied = !running.has(member.getId(), group.group());
        } catch (IOException e) {
            return;
        }
        if (emptied) {
            throw conflict("node " + member.getId() + " is a member of " + group.name()
                    + " already, and its directory is empty: remove it first, then add it again");
        }
    }

    static void prepare(AdminRequests running, GroupLog group, RaftPeer added) throws UnreachableException {
        String where = "node " + added.getId() + " at " + added.getAddress();
        boolean has;
        try {
            has = running.has(added.getId(), group.group());
        } catch (IOException e) {
            throw new UnreachableException(
                    where + " does not answer; start it with muster.server.raft.join=true first: " + e.getMessage(), e);
        }
        GroupView view;
        try {
            if (!has) {
                running.begin(added.getId(), group.group());
            }
            view = GroupView.of(running.info(added.getId(), group.group()));
            if (!has && !view.self().equals(added.getId().toString())) {
                running.end(added.getId(), group.group());
            }
        } catch (IOException e) {
            throw conflict(where + " cannot take part in " + group.name() + ": " + e.getMessage());
        }
        if (!view.self().equals(added.getId().toString())) {
            throw conflict("the node at " + added.getAddress() + " is " + view.self() + " and not " + added.getId());
        }
        if (view.member(view.self()).isPresent()) {
            throw conflict(where + " holds " + group.name()
                    + " as a member of another time: stop it, empty its directory, start it with"
                    + " muster.server.raft.join=true, then add it");
        }
    }

    /** A node cannot be reached; it may be starting. */
    static final class UnreachableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreachableException(String message, IOException cause) {
            super(message, cause);
        }
    }

    static MembershipException conflict(String message) {
        return new MembershipException(Reason.CONFLICT, message);
    }
}
