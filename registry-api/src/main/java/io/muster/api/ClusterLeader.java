package io.muster.api;

/**
 * Who is to lead a cluster: the body of {@code POST /v1/operator/cluster/leader}.
 *
 * @param id a member's name
 */
public record ClusterLeader(String id) {
    /** @throws InvalidFieldException when it is absent or breaks its rule */
    public ClusterLeader {
        id = ClusterMember.requireId("id", id);
    }
}
