package io.muster.client.spring;

import io.muster.api.InvalidFieldException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.annotation.Order;

/** Explains why an application with Muster did not start: a property breaks its rule, or the registry is away. */
@Order(0) // before Boot's own, which would print the same cause inside a message about binding
final class StartFailureAnalyzer implements FailureAnalyzer {
    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidFieldException e && isProperty(e.field())) {
                return new FailureAnalysis(
                        "The property " + e.getMessage() + ".", "Change the property '" + e.field() + "'.", e);
            }
            if (cause instanceof RegistryUnavailableException e) {
                return new FailureAnalysis(
                        e.getMessage(),
                        "Start the registry, correct 'muster.registry.urls', or let the application start without it by"
                                + " removing 'muster.registry.fail-fast'.",
                        e);
            }
        }
        return null;
    }

    private static boolean isProperty(String field) {
        return field.startsWith("muster.") || field.startsWith("spring.");
    }
}
