package io.muster.client.spring.gossip;

import io.muster.client.GossipDiscovery;
import io.muster.client.GossipState;
import io.muster.gossip.GossipTraffic;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/gossip}: the cluster in this process's eyes. */
@Endpoint(id = "gossip")
final class GossipEndpoint {
    private static final long PATIENCE_SECONDS = 2;
    private static final int MAX_MEMBERS = 1000;

    private final GossipDiscovery discovery;

    GossipEndpoint(GossipDiscovery discovery) {
        this.discovery = discovery;
    }

    /**
     * What it answers.
     *
     * @param self this member, and what it has counted
     * @param traffic what it has sent and heard
     * @param members all that is held, by name, the dead included until they are forgotten; 1,000 at most
     * @param more how many there are beyond these
     */
    record Report(GossipState self, GossipTraffic traffic, List<Member> members, int more) {}

    /**
     * One member.
     *
     * @param name its name
     * @param address where it is reached
     * @param state what is held of it
     * @param incarnation how often it has said something new of itself in this life
     * @param epoch which of its lives
     */
    record Member(String name, String address, MemberState state, long incarnation, long epoch) {
        static Member of(MemberRecord member) {
            return new Member(
                    member.id().name(),
                    member.address().toString(),
                    member.state(),
                    member.incarnation(),
                    member.id().epoch());
        }
    }

    /** Everything. */
    @ReadOperation
    Report report() throws InterruptedException {
        try {
            List<MemberRecord> members = discovery.members().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            List<Member> shown = members.stream()
                    .map(Member::of)
                    .sorted(Comparator.comparing(Member::name))
                    .limit(MAX_MEMBERS)
                    .toList();
            return new Report(discovery.state(), discovery.traffic(), shown, members.size() - shown.size());
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the member did not answer", e);
        }
    }
}
