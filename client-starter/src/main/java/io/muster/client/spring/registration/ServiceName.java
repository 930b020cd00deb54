package io.muster.client.spring.registration;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The service under which an application registers. */
final class ServiceName {
    private ServiceName() {}

    /**
     * The configured service; else the application's name as a DNS label: in lower case, with '-' for '_', '.' and space.
     *
     * @throws InvalidFieldException when there is neither, or the name is no label even so
     */
    static String of(@Nullable String service, @Nullable String applicationName) {
        if (service != null) {
            return service;
        }
        if (applicationName == null || applicationName.isBlank()) {
            throw new InvalidFieldException(
                    "spring.application.name", "set, or 'muster.instance.service' in its place,", "empty");
        }
        String label = applicationName.strip().toLowerCase(Locale.ROOT).replaceAll("[_. ]", "-");
        try {
            return Names.service(label);
        } catch (InvalidFieldException e) {
            throw new InvalidFieldException(
                    "spring.application.name",
                    e.rule() + " after '_', '.' and space became '-', unless 'muster.instance.service' is set,",
                    applicationName);
        }
    }
}
