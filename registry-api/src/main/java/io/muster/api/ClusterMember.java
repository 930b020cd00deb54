package io.muster.api;

import java.util.regex.Pattern;

/**
 * A node to be added to a cluster: the body of {@code POST /v1/operator/cluster/members}.
 *
 * @param id its name: 1 to 63 letters, digits, {@code .}, {@code _} and {@code -}, a letter or digit first
 * @param address where its peers reach it, as {@code host:port}; an IPv6 address stands in brackets
 */
public record ClusterMember(String id, String address) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern ADDRESS =
            Pattern.compile("([A-Za-z0-9.-]{1,253}|\\[[A-Fa-f0-9:.]{2,45}]):[1-9][0-9]{0,4}");
    private static final int MAX_PORT = 65_535;

    /** @throws InvalidFieldException when a part is absent or breaks its rule */
    public ClusterMember {
        id = requireId("id", id);
        Names.required("address", address);
        if (!ADDRESS.matcher(address).matches()
                || Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)) > MAX_PORT) {
            throw new InvalidFieldException("address", "host:port", address);
        }
    }

    /**
     * A node's name.
     *
     * @throws InvalidFieldException when it is absent or breaks its rule
     */
    public static String requireId(String field, String id) {
        Names.required(field, id);
        if (!ID.matcher(id).matches()) {
            throw new InvalidFieldException(field, "of the form " + ID, id);
        }
        return id;
    }
}
