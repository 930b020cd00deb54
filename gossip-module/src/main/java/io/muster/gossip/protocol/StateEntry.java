package io.muster.gossip.protocol;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One piece of what members share, as it is held and as it travels. Entries of one {@linkplain #place place} have a total order,
 * {@link #compareTo}, and the greatest is kept, so the order in which they arrive, and how often, makes no difference. Immutable.
 */
public final class StateEntry implements Comparable<StateEntry>, Spreadable {
    /*
     * Place, group and digest are asked for again and again: comparing with another node looks at those of all entries. All nodes
     * of one thread share an entry, so they are found out once.
     */

    /** Longest name of a key, counter or map, in characters, which are those of a member's name. */
    public static final int MAX_NAME = 64;

    /** No version is higher; an entry above it is poison. */
    public static final long MAX_VERSION = 1L << 48;

    /** Bytes beside texts, numbers and value: tag and length, kind, lengths of texts, uid. */
    private static final int FIXED_BYTES = 1 + 2 + 1 + 3 + 16;

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

    private final Kind kind;
    private final String scope;
    private final String key;
    private final MemberId writer;
    private final long version;
    private final @Nullable StateValue value;
    private final Place place;
    private final long group;
    private final long digest;

    /**
     * Checks that names and version are within bounds.
     *
     * @param kind what it is part of
     * @param scope of {@link Kind#MAP} the map's name; otherwise empty
     * @param key of a value or of a map's entry, or a counter's name; empty in a {@linkplain #isFloor floor}
     * @param writer the life that wrote it
     * @param version 1 to 2^48: of a value or counter, counted by its writer; of a map's entry a Lamport time
     * @param value null: removed
     * @throws IllegalArgumentException if not
     */
    public StateEntry(Kind kind, String scope, String key, MemberId writer, long version, @Nullable StateValue value) {
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
        this.kind = kind;
        this.scope = scope;
        this.key = key;
        this.writer = writer;
        this.version = version;
        this.value = value;
        this.place = placeOf(kind, scope, key, writer);
        this.group = kind == Kind.MAP ? Hashing.combine(Hashing.of(scope), Hashing.of(key)) : writer.nameHash();
        this.digest = digestOf(this);
    }

    public Kind kind() {
        return kind;
    }

    public String scope() {
        return scope;
    }

    public String key() {
        return key;
    }

    public MemberId writer() {
        return writer;
    }

    public long version() {
        return version;
    }

    /** Null: removed. */
    public @Nullable StateValue value() {
        return value;
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
        return place;
    }

    private static Place placeOf(Kind kind, String scope, String key, MemberId writer) {
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
        return group;
    }

    /** 64 bits that stand for the whole entry. */
    long digest() {
        return digest;
    }

    private static long digestOf(StateEntry entry) {
        long hash = Hashing.combine(Hashing.of(entry.key) + entry.kind.code, Hashing.of(entry.scope));
        hash = Hashing.combine(Hashing.combine(hash, entry.writer.life()), entry.version);
        StateValue value = entry.value;
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
        if (this == other) {
            return 0;
        }
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
        int numbers = Varints.size(writer.epoch()) + Varints.size(version);
        int sizeOfValue = value == null ? 0 : Varints.size(value.size());
        return FIXED_BYTES
                + numbers
                + sizeOfValue
                + scope.length()
                + writer.name().length()
                + size();
    }

    StateEntry by(MemberId newWriter) {
        return new StateEntry(kind, scope, key, newWriter, version, value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof StateEntry that
                && digest == that.digest
                && version == that.version
                && place.equals(that.place)
                && writer.equals(that.writer)
                && Objects.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(digest);
    }

    @Override
    public String toString() {
        return kind + " " + scope + (scope.isEmpty() ? "" : "/") + key + "@" + version + " of " + writer + " = "
                + value;
    }
}
