package io.muster.client.spring.loadbalancer;

import io.muster.api.LoadLimit;
import io.muster.api.LoadReport;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** An instance declined a request that was ready to go elsewhere. It is caught by who then sends the request elsewhere. */
final class DeclinedException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient LoadReport report;

    private DeclinedException(URI instance, LoadReport report) {
        super(instance.getAuthority() + " declined, with " + report.inFlight() + " requests in flight");
        this.report = report;
    }

    /**
     * Whether a response says that the instance declined the request, as it was allowed to; null when it does not.
     *
     * @param instance whom the request went to
     * @param limit what the request's header said to it
     * @param load what the response's header says of its load
     */
    static @Nullable DeclinedException of(URI instance, LoadLimit limit, int status, @Nullable String load) {
        if (status != LoadLimit.STATUS || !limit.isSet()) {
            return null;
        }
        return LoadReport.parse(load)
                .filter(LoadReport::declined)
                .map(report -> new DeclinedException(instance, report))
                .orElse(null);
    }

    /** What the instance said of its load. */
    LoadReport report() {
        return report;
    }

    /** It is part of the ordinary course of things, and its place tells nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
