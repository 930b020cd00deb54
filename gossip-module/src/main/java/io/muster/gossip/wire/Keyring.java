package io.muster.gossip.wire;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a cluster, each with a number that all nodes agree on. To change the key without a gap: install the new one on
 * all nodes, then use it on all, then remove the old one on all. Thread-safe.
 */
public final class Keyring {
    private static final int KEY_BYTES = 32;
    private static final int MOST_KEYS = 8;

    private record State(Map<Integer, SecretKeySpec> keys, int used) {}

    private volatile State state;

    /**
     * @param id 0 to 255
     * @param key 32 bytes, for AES-256
     */
    public Keyring(int id, byte[] key) {
        requireId(id);
        this.state = new State(Map.of(id, secret(key)), id);
    }

    /** Accepts frames under a further key; at most 8 in all. */
    public synchronized void install(int id, byte[] key) {
        requireId(id);
        Map<Integer, SecretKeySpec> keys = new HashMap<>(state.keys);
        keys.put(id, secret(key));
        if (keys.size() > MOST_KEYS) {
            throw new IllegalStateException("keyring must hold at most 8 keys but would hold " + keys.size());
        }
        state = new State(Map.copyOf(keys), state.used);
    }

    /** Sends under an installed key from now on. */
    public synchronized void use(int id) {
        requireInstalled(id);
        state = new State(state.keys, id);
    }

    /** No longer accepts frames under a key, which must not be the one in use. */
    public synchronized void remove(int id) {
        requireInstalled(id);
        if (state.used == id) {
            throw new IllegalStateException("key " + id + " must not be in use but is");
        }
        Map<Integer, SecretKeySpec> keys = new HashMap<>(state.keys);
        keys.remove(id);
        state = new State(Map.copyOf(keys), state.used);
    }

    /** The numbers of all installed keys, ascending. */
    public Set<Integer> ids() {
        return new TreeSet<>(state.keys.keySet());
    }

    /** The number of the key that frames are sent under. */
    public int used() {
        return state.used;
    }

    @Nullable
    SecretKeySpec key(int id) {
        return state.keys.get(id);
    }

    private void requireInstalled(int id) {
        if (!state.keys.containsKey(id)) {
            throw new IllegalStateException("key " + id + " must be installed but was not: " + ids());
        }
    }

    private static void requireId(int id) {
        if (id < 0 || id > 255) {
            throw new IllegalArgumentException("id must be 0 to 255 but was " + id);
        }
    }

    private static SecretKeySpec secret(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("key must be 32 bytes but was " + key.length);
        }
        return new SecretKeySpec(key, "AES");
    }
}
