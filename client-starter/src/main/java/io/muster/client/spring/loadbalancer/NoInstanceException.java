package io.muster.client.spring.loadbalancer;

/** No instance of a service takes requests; the text says what the view of it shows. Nothing was sent. */
public final class NoInstanceException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final String service;

    NoInstanceException(String service, String message) {
        super(message);
        this.service = service;
    }

    /** The service that was called. */
    public String service() {
        return service;
    }
}
