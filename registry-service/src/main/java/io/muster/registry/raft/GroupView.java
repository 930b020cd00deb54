package io.muster.registry.raft;

import io.muster.registry.replication.ClusterState;
import io.muster.registry.replication.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.util.ProtoUtils;

/**
 * What one node says of a group.
 *
 * @param self who says it
 * @param members who votes
 * @param changing whether they are being changed
 * @param leads whether the one who says it leads
 * @param committed up to which entry each is known to know of commits
 * @param silences for how many milliseconds the leader has not heard a follower; empty when another one says it
 */
record GroupView(
        String self,
        List<RaftPeer> members,
        boolean changing,
        boolean leads,
        Map<String, Long> committed,
        Map<String, Long> silences) {
    static GroupView of(GroupInfoReply reply) {
        RoleInfoProto role = reply.getRoleInfoProto();
        RaftConfigurationProto configuration = reply.getConf()
                .orElseGet(() -> RaftConfigurationProto.newBuilder().build());
        List<RaftPeer> members = new ArrayList<>();
        for (RaftPeerProto peer : configuration.getPeersList()) {
            members.add(ProtoUtils.toRaftPeer(peer));
        }
        members.sort(Comparator.comparing(peer -> peer.getId().toString()));
        Map<String, Long> committed = new HashMap<>();
        for (CommitInfoProto info : reply.getCommitInfos()) {
            committed.put(id(info.getServer()), info.getCommitIndex());
        }
        Map<String, Long> silences = new HashMap<>();
        for (ServerRpcProto follower : role.getLeaderInfo().getFollowerInfoList()) {
            silences.put(id(follower.getId()), follower.getLastRpcElapsedTimeMs());
        }
        return new GroupView(
                id(role.getSelf()),
                members,
                configuration.getOldPeersCount() > 0,
                role.hasLeaderInfo(),
                committed,
                silences);
    }

    private static String id(RaftPeerProto peer) {
        return RaftPeerId.valueOf(peer.getId()).toString();
    }

    Optional<RaftPeer> member(String id) {
        return members.stream()
                .filter(member -> member.getId().toString().equals(id))
                .findFirst();
    }

    /** Whether the leader, who says this, has heard a member lately. */
    boolean hears(RaftPeer member, long millis) {
        String id = member.getId().toString();
        return id.equals(self) || silences.getOrDefault(id, Long.MAX_VALUE) <= millis;
    }

    /** The followers that the leader, who says this, hears; who has most of the log comes first. */
    List<RaftPeer> successors(long millis) {
        return members.stream()
                .filter(member -> !member.getId().toString().equals(self) && hears(member, millis))
                .sorted(Comparator.comparing((RaftPeer member) ->
                                committed.getOrDefault(member.getId().toString(), -1L))
                        .reversed())
                .toList();
    }

    ClusterState.Group group(String name, Standing standing) {
        long most = committed.values().stream().mapToLong(Long::longValue).max().orElse(-1);
        List<ClusterState.Member> all = new ArrayList<>();
        for (RaftPeer member : members) {
            String id = member.getId().toString();
            Long known = committed.get(id);
            Long silent = leads && id.equals(self) ? Long.valueOf(0) : silences.get(id);
            all.add(new ClusterState.Member(
                    id,
                    member.getAddress(),
                    id.equals(leads ? self : standing.leader()),
                    known == null ? null : Long.valueOf(most - known),
                    silent == null ? null : Duration.ofMillis(silent)));
        }
        return new ClusterState.Group(name, standing, all, changing);
    }
}
