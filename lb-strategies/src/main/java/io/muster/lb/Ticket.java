package io.muster.lb;

/**
 * One request in flight on an endpoint. Whoever starts it finishes it, once, whatever happens: an unfinished ticket
 * counts as a request in flight for ever. Thread-safe; the calls may come from different threads.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Ticket {
    private final Endpoint endpoint;

    Ticket(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Where the request went. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Marks that the response's headers arrived. Latency counts to here instead of to {@link #finish}, so that a long
     * body does not make its endpoint look slow. Only the first call counts.
     */
    public void responseStarted() {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends the request: when the body has been read or the call has failed.
     *
     * @return whether this was the first call; any later one changes nothing
     */
    public boolean finish(Outcome outcome) {
        throw new UnsupportedOperationException();
    }
}
