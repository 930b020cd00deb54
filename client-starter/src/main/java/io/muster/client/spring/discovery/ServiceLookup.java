package io.muster.client.spring.discovery;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import io.muster.api.ServiceList;
import io.muster.client.Discovery;
import io.muster.client.ServiceView;
import io.muster.client.spring.loadbalancer.MusterServiceInstance;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;

/** What the blocking and the reactive client have in common. Thread-safe; nothing here blocks. */
final class ServiceLookup {
    private static final Logger log = LoggerFactory.getLogger(ServiceLookup.class);

    private final Discovery discovery;
    private final Duration firstViewTimeout;
    private volatile boolean namesAsked;

    ServiceLookup(Discovery discovery, Duration firstViewTimeout) {
        this.discovery = discovery;
        this.firstViewTimeout = firstViewTimeout;
    }

    /**
     * The view of a service. Names are compared without regard to case, as host names are; empty for a name that no service
     * can have.
     *
     * @throws IllegalStateException when 1000 services are watched already, or the application is stopping
     */
    Optional<ServiceView> view(String serviceId) {
        try {
            return Optional.of(discovery.view(Names.service(serviceId.toLowerCase(Locale.ROOT))));
        } catch (InvalidFieldException e) {
            log.debug("No service can have the name {}", serviceId, e);
            return Optional.empty();
        }
    }

    /** Completes with true when the view is known, with false when that took too long. Never fails. */
    CompletableFuture<Boolean> opening(ServiceView view) {
        return view.first()
                .handle((snapshot, failure) -> failure == null)
                .completeOnTimeout(false, firstViewTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The instances that take requests now. */
    static List<ServiceInstance> instances(ServiceView view) {
        return List.copyOf(MusterServiceInstance.takingRequests(view.service(), view.up()));
    }

    /**
     * The names of all services that have an instance. When nobody answers within the client's time limits: of those
     * that are watched. Never fails.
     */
    CompletableFuture<List<String>> names() {
        namesAsked = true;
        return discovery.services().handle((list, failure) -> failure == null ? names(list) : watched(failure));
    }

    /** Whether anybody has asked for {@link #names()}. */
    boolean namesAsked() {
        return namesAsked;
    }

    /** @throws IllegalStateException when nothing was ever heard of services */
    void probe() {
        discovery.silence().ifPresent(why -> {
            throw new IllegalStateException(why);
        });
    }

    private static List<String> names(ServiceList list) {
        return list.services().stream()
                .filter(entry -> entry.instances() > 0)
                .map(ServiceList.Entry::name)
                .toList();
    }

    private List<String> watched(Throwable failure) {
        log.debug("Nobody answered; the services that are watched have to do", failure);
        return discovery.views().stream()
                .filter(view -> !view.snapshot().instances().isEmpty())
                .map(ServiceView::service)
                .sorted()
                .toList();
    }
}
