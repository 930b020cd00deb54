package io.muster.client.spring.gossip;

import io.muster.api.InvalidFieldException;
import io.muster.gossip.GossipConfig;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.wire.Keyring;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * This process as a member of a cluster that finds services without a registry.
 *
 * @param cluster Name of the cluster; members of another one are ignored.
 * @param name This member's name, unique in the cluster. By default the application's name and eight random characters.
 * @param address Literal IP address to listen on, at which the others reach this process.
 * @param port UDP and TCP port to listen on; 0 takes a free one.
 * @param seeds Members to join through, as host:port; a name stands for all of its addresses. One that is this process is
 *     passed over; without any this process waits to be joined.
 * @param keys Keys of the cluster by number (0 to 255), each 32 bytes in base64; frames under any of them are accepted. Required
 *     on an address that is not loopback.
 * @param keyInUse Number of the key that frames are sealed with; by default the largest.
 * @param allowPlaintext Whether to do without a key on an address that is not loopback.
 * @param profile Timing: 'lan', 'fast' (lan with half its period), 'edge' (far or lossy links) or 'local' (one machine).
 * @param epochFile File that keeps how often this member has started, so that a restart under the same name supersedes at once.
 */
@ConfigurationProperties("muster.gossip")
record GossipProperties(
        @DefaultValue("muster") String cluster,
        @Nullable String name,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("7072") int port,
        @DefaultValue List<String> seeds,
        @DefaultValue Map<Integer, String> keys,
        @Nullable Integer keyInUse,
        @DefaultValue("false") boolean allowPlaintext,
        @DefaultValue("lan") Profile profile,
        @Nullable Path epochFile) {
    /** How fast the cluster is to notice, and what that costs. */
    enum Profile {
        LAN,
        FAST,
        EDGE,
        LOCAL;

        SwimConfig protocol() {
            return switch (this) {
                case LAN -> SwimConfig.lan();
                case FAST -> SwimConfig.lan().withPeriod(Duration.ofMillis(500));
                case EDGE -> SwimConfig.edge();
                case LOCAL -> SwimConfig.local();
            };
        }
    }

    private static final String PREFIX = "muster.gossip.";
    private static final int MAX_PORT = 65_535;
    private static final int MAX_SEEDS = 64;
    private static final int MAX_KEYS = 8;
    private static final int MAX_KEY_ID = 255;
    private static final int KEY_BYTES = 32;
    private static final int MAX_CLUSTER = 255;
    private static final int RANDOM_LENGTH = 8;

    /** @throws InvalidFieldException when a property breaks its rule; it names the property */
    GossipProperties {
        seeds = List.copyOf(seeds);
        keys = Map.copyOf(keys);
        require(!cluster.isEmpty() && cluster.length() <= MAX_CLUSTER, "cluster", "1 to 255 characters", cluster);
        require(port >= 0 && port <= MAX_PORT, "port", "between 0 and 65535", port);
        require(seeds.size() <= MAX_SEEDS, "seeds", "at most " + MAX_SEEDS, seeds.size());
        require(keys.size() <= MAX_KEYS, "keys", "at most " + MAX_KEYS, keys.size());
        require(isReachable(address), "address", "a literal IP address at which others reach this process", address);
        keys.forEach((id, key) -> {
            require(id >= 0 && id <= MAX_KEY_ID, "keys", "numbered 0 to 255", id);
            // The key itself must not reach a log.
            require(isKey(key), "keys." + id, "32 bytes in base64", key.length() + " characters");
        });
        require(
                keyInUse == null || keys.containsKey(keyInUse),
                "key-in-use",
                "the number of one of the keys",
                String.valueOf(keyInUse));
        boolean loopback = address.startsWith("127.") || address.equals("::1");
        require(
                loopback || allowPlaintext || !keys.isEmpty(),
                "keys",
                "set where muster.gossip.address is not loopback (or muster.gossip.allow-plaintext said)",
                "empty");
        seeds.forEach(Seeds::requireValid);
    }

    /**
     * The member's configuration.
     *
     * @param application its name; empty for none
     * @param boundPort where port is zero the one that was found free
     * @throws InvalidFieldException if the name cannot be a member's
     */
    GossipConfig toConfig(String application, int boundPort, List<NodeAddress> members) {
        GossipConfig config = new GossipConfig(
                cluster,
                memberName(application),
                new NodeAddress(address, boundPort),
                members,
                Metadata.EMPTY,
                profile.protocol(),
                keyring(),
                allowPlaintext,
                epochFile);
        return config;
    }

    private String memberName(String application) {
        String random = UUID.randomUUID().toString().substring(0, RANDOM_LENGTH);
        String usual = application.isBlank() ? "member" : application;
        String chosen = name == null ? usual.substring(0, Math.min(usual.length(), 50)) + "-" + random : name;
        try {
            return new MemberId(chosen, 0, new UUID(0, 0)).name();
        } catch (IllegalArgumentException e) {
            throw new InvalidFieldException(
                    PREFIX + "name", "1 to " + MemberId.MAX_NAME + " characters of A-Z a-z 0-9 . _ : / @ -", chosen);
        }
    }

    private @Nullable Keyring keyring() {
        Map<Integer, String> sorted = new TreeMap<>(keys);
        Keyring ring = null;
        for (Map.Entry<Integer, String> entry : sorted.entrySet()) {
            byte[] key = Base64.getDecoder().decode(entry.getValue());
            if (ring == null) {
                ring = new Keyring(entry.getKey(), key);
            } else {
                ring.install(entry.getKey(), key);
                ring.use(entry.getKey());
            }
        }
        if (ring != null && keyInUse != null) {
            ring.use(keyInUse);
        }
        return ring;
    }

    private static boolean isReachable(String address) {
        try {
            String host = new NodeAddress(address, 1).host();
            return !host.equals("0.0.0.0") && !host.equals("::");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void require(boolean holds, String property, String rule, Object value) {
        if (!holds) {
            throw new InvalidFieldException(PREFIX + property, rule, value);
        }
    }
}
