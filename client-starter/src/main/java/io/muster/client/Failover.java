package io.muster.client;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which of the registry's nodes is asked: the first one, until it fails, then the next one, round and round. Sticky: it
 * goes back to none by itself. Thread-safe.
 */
final class Failover {
    private final List<URI> urls;
    private final AtomicInteger current = new AtomicInteger();

    Failover(List<URI> urls) {
        this.urls = List.copyOf(urls);
    }

    URI current() {
        return urls.get(current.get());
    }

    int size() {
        return urls.size();
    }

    /** Moves on, unless somebody has moved on from this one already. */
    void failed(URI url) {
        int index = urls.indexOf(url);
        if (index >= 0) {
            current.compareAndSet(index, (index + 1) % urls.size());
        }
    }
}
