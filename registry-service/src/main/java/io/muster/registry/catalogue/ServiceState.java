package io.muster.registry.catalogue;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** All instances of one service at one moment. Immutable; one change makes a new one. */
public final class ServiceState {
    private static final InstanceRecord[] NONE = {};
    private static final Comparator<InstanceRecord> BY_ID =
            Comparator.comparing(record -> record.key().id());

    private final ServiceKey key;
    private final long index;
    private final InstanceRecord[] records;
    private final long encodedBytes;

    private ServiceState(ServiceKey key, long index, InstanceRecord[] records, long encodedBytes) {
        this.key = key;
        this.index = index;
        this.records = records;
        this.encodedBytes = encodedBytes;
    }

    /** A service without instances that last changed at {@code index}. */
    static ServiceState empty(ServiceKey key, long index) {
        return new ServiceState(key, index, NONE, 0);
    }

    /** A service as an image shows it. */
    public static ServiceState of(ServiceKey key, long index, List<InstanceRecord> instances) {
        InstanceRecord[] sorted = instances.toArray(InstanceRecord[]::new);
        Arrays.sort(sorted, BY_ID);
        long bytes = 0;
        for (InstanceRecord record : sorted) {
            bytes += record.encodedBytes();
        }
        return new ServiceState(key, index, sorted, bytes);
    }

    /** Which service. */
    public ServiceKey key() {
        return key;
    }

    /** The index of its last change. */
    public long index() {
        return index;
    }

    /** Its instances, sorted by id; unmodifiable. */
    public List<InstanceRecord> instances() {
        return Collections.unmodifiableList(Arrays.asList(records));
    }

    /** Whether it has no instance. */
    public boolean isEmpty() {
        return records.length == 0;
    }

    /** The instance of that id. Logarithmic. */
    public Optional<InstanceRecord> find(String id) {
        int at = search(id);
        return at < 0 ? Optional.empty() : Optional.of(records[at]);
    }

    /** How many bytes its snapshot's JSON takes, rounded up. */
    long encodedBytes() {
        return encodedBytes;
    }

    ServiceState with(InstanceRecord record, long newIndex) {
        int at = Arrays.binarySearch(records, record, BY_ID);
        InstanceRecord[] next;
        long bytes = encodedBytes + record.encodedBytes();
        if (at >= 0) {
            bytes -= records[at].encodedBytes();
            next = records.clone();
            next[at] = record;
        } else {
            int insertion = -at - 1;
            next = new InstanceRecord[records.length + 1];
            System.arraycopy(records, 0, next, 0, insertion);
            next[insertion] = record;
            System.arraycopy(records, insertion, next, insertion + 1, records.length - insertion);
        }
        return new ServiceState(key, newIndex, next, bytes);
    }

    /** @param replaced records of instances that it has, in its order */
    ServiceState with(List<InstanceRecord> replaced, long newIndex) {
        InstanceRecord[] next = records.clone();
        long bytes = encodedBytes;
        int at = 0;
        for (InstanceRecord record : replaced) {
            while (!next[at].key().equals(record.key())) {
                at++;
            }
            bytes += record.encodedBytes() - next[at].encodedBytes();
            next[at] = record;
        }
        return new ServiceState(key, newIndex, next, bytes);
    }

    ServiceState without(String id, long newIndex) {
        int at = search(id);
        InstanceRecord[] next = new InstanceRecord[records.length - 1];
        System.arraycopy(records, 0, next, 0, at);
        System.arraycopy(records, at + 1, next, at, next.length - at);
        return new ServiceState(key, newIndex, next, encodedBytes - records[at].encodedBytes());
    }

    private int search(String id) {
        int low = 0;
        int high = records.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = records[middle].key().id().compareTo(id);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }
}
