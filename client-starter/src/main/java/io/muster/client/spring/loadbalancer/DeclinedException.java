package io.muster.client.spring.loadbalancer;

import io.muster.api.LoadReport;
import java.io.IOException;
import org.springframework.cloud.client.ServiceInstance;

/** An instance declined a request that was ready to go elsewhere. Nobody sees it but who then sends the request elsewhere. */
final class DeclinedException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient LoadReport report;

    DeclinedException(ServiceInstance instance, LoadReport report) {
        super(instance.getUri() + " declined, with " + report.inFlight() + " requests in flight");
        this.report = report;
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
