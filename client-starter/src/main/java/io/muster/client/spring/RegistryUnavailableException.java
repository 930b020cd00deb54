package io.muster.client.spring;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registry did not answer, or refused, while the application starts with {@code muster.registry.fail-fast=true}.
 */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param urls the registry's nodes that were asked
     * @param problem what happened, for people
     * @param cause what told it; null when the problem says it all
     */
    public RegistryUnavailableException(List<URI> urls, String problem, @Nullable Throwable cause) {
        super("The registry at " + urls + " is not available: " + problem, cause);
    }
}
