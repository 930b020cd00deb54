package io.muster.registry.catalogue;

import io.muster.api.Registration;
import java.util.Locale;

/** Where an instance listens: one process at a time. */
record Address(String namespace, String host, int port) {
    static Address of(InstanceKey key, Registration registration) {
        // Names of hosts know no case (RFC 4343).
        String host = registration.host().toLowerCase(Locale.ROOT);
        return new Address(key.service().namespace(), host, registration.port());
    }
}
