package io.muster.registry.watch;

import io.muster.registry.catalogue.ServiceState;

/** A service as JSON, ready to send. Immutable; its bytes are shared and never written to. */
public final class EncodedService {
    private final ServiceState state;
    private final byte[] json;
    private final String etag;

    EncodedService(ServiceState state, byte[] json, String etag) {
        this.state = state;
        this.json = json;
        this.etag = etag;
    }

    /** What is encoded. */
    public ServiceState state() {
        return state;
    }

    /** A {@link io.muster.api.ServiceSnapshot}; shared, so read it only. */
    public byte[] json() {
        return json;
    }

    /** A strong entity tag (RFC 9110) with its quotes; it depends on the service alone. */
    public String etag() {
        return etag;
    }
}
