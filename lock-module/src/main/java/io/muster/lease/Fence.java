package io.muster.lease;

/**
 * Guards resources against holders of old leases: it remembers the largest token seen of each resource, and refuses
 * smaller ones. The check of a write stands where the write is, atomic with it; this is the part that a new holder calls.
 */
@FunctionalInterface
public interface Fence {
    /**
     * Refuses from now on, for this resource, what carries a smaller token. Called for each declared resource of a new
     * lease, before its holder reads anything: without it an older holder's write could still land between the new
     * one's read and its first write. May block; is not called by the threads that renew.
     *
     * @throws StaleFenceException if a larger token was seen; the lease is given back then
     * @throws RuntimeException if the resource cannot be reached; the lease is given back then
     */
    void raise(String resource, long token);

    /**
     * For implementations, before they touch the resource.
     *
     * @throws IllegalArgumentException if the resource is not a name of 1 to 200 printable characters, or the token not from 1
     *     to 2^53 - 1
     */
    static void requireValid(String resource, long token) {
        Names.checked("resource", resource);
        Names.checkedToken(token);
    }
}
