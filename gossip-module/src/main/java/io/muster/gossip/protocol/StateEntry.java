package io.muster.gossip.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One piece of what members share, as it is held and as it travels. Entries of one {@linkplain #place place} have a total order,
 * {@link #compareTo}, and the greatest is kept, so the order in which they arrive, and how often, makes no difference.
 *
 * @param kind what it is part of
 * @param scope of {@link Kind#MAP} the map's name; otherwise empty
 * @param key of a value or of a map's entry, or a counter's name; empty in a {@linkplain #isFloor floor}
 * @param writer the life that wrote it
 * @param version 1 to 2^48: of a value or counter, counted by its writer; of a map's entry a Lamport time
 * @param value null: removed
 */
public record StateEntry(
        Kind kind,
        String scope,
        String key,
        MemberId writer,
        long version,
        @Nullable StateValue value) implements Comparable<StateEntry>, Spreadable {
    /** Longest name of a key, counter or map, in characters, which are those of a member's name. */
    public static final int MAX_NAME = 64;

    /** No version is higher; an entry above it is poison. */
    public static final long MAX_VERSION = 1L << 48;

    /** Bytes beside texts and value: kind, lengths, epoch, uid, version. */
    private static final int FIXED_BYTES = 3 + 1 + 4 + 7 + 16 + 7 + 2;

    /** What an entry is part of; {@link #code} is its code on the wire. */
    public enum Kind {
        /** A value that a member publishes of itself. */
        VALUE(1),
        /** What one life has added to a counter. */
        COUNTER(2),
        /** An entry of a map that everybody writes. */
        MAP(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    /** Where an entry belongs: of all entries of one place one is kept. */
    record Place(Kind kind, String scope, String key, long uid) {}

    /**
     * Checks that names and version are within bounds.
     *
     * @throws IllegalArgumentException if not
     */
    public StateEntry {
        boolean floor = kind == Kind.VALUE && key.isEmpty() && value == null;
        if (!floor) {
            requireName("key", key);
        }
        if (kind == Kind.MAP) {
            requireName("map", scope);
        } else if (!scope.isEmpty()) {
            throw new IllegalArgumentException("scope must be empty but was " + Text.shown(scope));
        }
        if (kind == Kind.COUNTER && value == null) {
            throw new IllegalArgumentException("value must be set in a counter but was not: " + key);
        }
        if (version < 1 || version > MAX_VERSION) {
            throw new IllegalArgumentException("version must be 1 to 2^48 but was " + version);
        }
    }

    static void requireName(String what, String name) {
        if (name.isEmpty() || name.length() > MAX_NAME || !MemberId.isPlain(name)) {
            throw new IllegalArgumentException(
                    what + " must be 1 to 64 characters of A-Z a-z 0-9 . _ : / @ - but was " + Text.shown(name));
        }
    }

    /** The writer has no value any more whose version is not above this one's. */
    public boolean isFloor() {
        return kind == Kind.VALUE && key.isEmpty();
    }

    Place place() {
        return switch (kind) {
            case VALUE -> new Place(kind, writer.name(), key, 0);
            case COUNTER ->
                new Place(
                        kind,
                        writer.name(),
                        key,
                        writer.uid().getMostSignificantBits() ^ writer.uid().getLeastSignificantBits());
            case MAP -> new Place(kind, scope, key, 0);
        };
    }

    /** 64 bits that stand for whatever is brought together in one bucket of the digest: an owner, or a map's key. */
    long group() {
        return kind == Kind.MAP ? Hashing.combine(Hashing.of(scope), Hashing.of(key)) : writer.nameHash();
    }

    /** 64 bits that stand for the whole entry. */
    long digest() {
        long hash = Hashing.combine(Hashing.of(key) + kind.code, Hashing.of(scope));
        hash = Hashing.combine(Hashing.combine(hash, writer.life()), version);
        if (value == null) {
            return Hashing.combine(hash, 1);
        }
        for (int i = 0; i < value.size(); i++) {
            hash = (hash ^ value.at(i)) * Hashing.FNV_PRIME;
        }
        return Hashing.mix(hash);
    }

    /** Both entries must be of one place. */
    @Override
    public int compareTo(StateEntry other) {
        int byLife = writer.compareLives(other.writer);
        int byVersion = Long.compare(version, other.version);
        if (kind != Kind.MAP) {
            return byLife != 0 ? byLife : byVersion != 0 ? byVersion : compareValues(other);
        }
        if (byVersion != 0) {
            return byVersion;
        }
        int byName = writer.name().compareTo(other.writer.name());
        return byName != 0 ? byName : byLife != 0 ? byLife : compareValues(other);
    }

    private int compareValues(StateEntry other) {
        if (value == null || other.value == null) {
            return Boolean.compare(value == null, other.value == null);
        }
        return value.compareTo(other.value);
    }

    /** Bytes that count towards the bound of its owner. */
    int size() {
        return key.length() + (value == null ? 0 : value.size());
    }

    @Override
    public Object subject() {
        return place();
    }

    @Override
    public void addTo(Message message) {
        message.add(this);
    }

    /** An upper bound of the bytes that this entry takes in a message. */
    @Override
    public int maxEncodedSize() {
        return FIXED_BYTES + scope.length() + writer.name().length() + size();
    }

    StateEntry by(MemberId newWriter) {
        return new StateEntry(kind, scope, key, newWriter, version, value);
    }

    @Override
    public String toString() {
        return kind + " " + scope + (scope.isEmpty() ? "" : "/") + key + "@" + version + " of " + writer + " = "
                + value;
    }
}
