package io.muster.gossip;

/** Ends when it is closed; an event that is being told may still be told. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
