package io.muster.samples.fleet;

import io.muster.gossip.wire.Keyring;
import java.security.SecureRandom;

/**
 * What connects one node with the others: the key that all seal with. A node that is cut off seals with another key and has only
 * that, so it refuses whatever the others send, and they what it sends, by UDP and TCP alike, while its sockets stay open. Those
 * that are cut off share that other key and go on hearing each other.
 */
final class Link {
    private static final int COMMON = 1;
    private static final int OTHER = 2;
    private static final int KEY_BYTES = 32;

    /** The two keys of one fleet, drawn at random. */
    static final class Keys {
        private final byte[] common = new byte[KEY_BYTES];
        private final byte[] other = new byte[KEY_BYTES];

        Keys() {
            SecureRandom random = new SecureRandom();
            random.nextBytes(common);
            random.nextBytes(other);
        }
    }

    private final Keys keys;
    private final Keyring keyring;

    Link(Keys keys) {
        this.keys = keys;
        this.keyring = new Keyring(COMMON, keys.common);
    }

    Keyring keyring() {
        return keyring;
    }

    void cut() {
        keyring.install(OTHER, keys.other);
        keyring.use(OTHER);
        keyring.remove(COMMON);
    }

    void heal() {
        keyring.install(COMMON, keys.common);
        keyring.use(COMMON);
        keyring.remove(OTHER);
    }
}
