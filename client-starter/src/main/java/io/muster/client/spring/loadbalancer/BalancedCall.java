package io.muster.client.spring.loadbalancer;

import io.muster.api.LoadLimit;
import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One call to a service through all its attempts: whom it tried, and whether it may try again. For one thread at a time.
 *
 * <p>What may be tried again: any method when no connection came about; idempotent methods also when it broke before the
 * response's headers; on an endpoint that this call has not tried; within the most attempts and, unless no connection came
 * about, within the budget. Never after a timeout: the server may be at work, and a second one would be put to the same.
 *
 * <p>A call that an instance declined goes on once to another one, whatever its method: nothing was done for it.
 *
 * <p>Made for every call, so it makes as few objects as it can: where the call goes next is kept here.
 *
 * @param <Q> the request, as its client has it
 */
// LoadBalancerLifecycle is raw throughout Spring's API.
@SuppressWarnings("rawtypes")
final class BalancedCall<Q> {
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.TRACE);

    private final Routes routes;
    private final Route route;
    private final HttpMethod method;
    private final Q request;
    private final Function<? super Q, RequestData> data;
    private final boolean blocking;
    /** Whether an instance declined it, which no other may. */
    private boolean declined;

    private List<ServiceInstance> tried = List.of();
    private Exclusions exclusions = Exclusions.none();
    private @Nullable LifecycleCall lifecycle;
    private @Nullable Selection selection;
    private @Nullable ServiceInstance next;
    /** The next instance's, if it is one of ours. */
    private @Nullable ServiceBalancer balancer;

    private @Nullable Endpoint endpoint;

    /**
     * A call that has not gone anywhere.
     *
     * @param data what is told of the request to whoever asks
     * @param blocking of which kind Spring's observers are that are told of it, {@link Route#blockingLifecycles()} or {@link
     *     Route#reactiveLifecycles()}
     */
    BalancedCall(
            Routes routes,
            Route route,
            HttpMethod method,
            Q request,
            Function<? super Q, RequestData> data,
            boolean blocking) {
        this.routes = routes;
        this.route = route;
        this.method = method;
        this.request = request;
        this.data = data;
        this.blocking = blocking;
    }

    static boolean isIdempotent(HttpMethod method) {
        return IDEMPOTENT.contains(method);
    }

    Route route() {
        return route;
    }

    /** Chooses where the call goes first, waiting for the first view if need be. Null: nobody takes it. */
    @Nullable
    ServiceInstance choose() throws InterruptedException {
        route.budget().called();
        ServiceBalancer own = route.own();
        if (own == null) {
            return chooseByChooser().block();
        }
        announce();
        ServiceInstance chosen = pick(own);
        if (chosen == null && !own.isOpen()) {
            own.awaitOpen();
            chosen = pick(own);
        }
        return chosen;
    }

    /** {@link #choose()} without blocking; empty: nobody takes it. */
    Mono<ServiceInstance> chooseLater() {
        route.budget().called();
        ServiceBalancer own = route.own();
        if (own == null) {
            return chooseByChooser();
        }
        announce();
        ServiceInstance chosen = pick(own);
        if (chosen != null || own.isOpen()) {
            return Mono.justOrEmpty(chosen);
        }
        // The call goes on on a thread of Reactor's: the registry client's has other things to do.
        return Mono.fromFuture(own.opening(), true)
                .publishOn(Schedulers.parallel())
                .flatMap(opened -> Mono.justOrEmpty(pick(own)))
                .doOnCancel(this::givenUp);
    }

    /** Whether a request was sent. */
    boolean isStarted() {
        return !tried.isEmpty();
    }

    /** Whether a failure may be tried again at all, the budget and other endpoints aside. */
    boolean isRetryable(Failure failure, boolean replayable) {
        if (failure == Failure.DECLINED) {
            return replayable;
        }
        if (tried.size() >= route.retry().attempts() || !replayable) {
            return false;
        }
        return failure == Failure.REFUSED || (failure == Failure.BROKEN && isIdempotent(method));
    }

    /** Chooses where the call goes next after a retryable failure. Null: nobody else, or the budget is spent. */
    @Nullable
    ServiceInstance chooseAnother(Failure failure) {
        if (failure == Failure.DECLINED) {
            return chooseInstead();
        }
        exclude();
        ServiceBalancer own = route.own();
        if (own == null) {
            return charged(failure, chooseByChooser().block());
        }
        announce();
        return charged(failure, pick(own));
    }

    /** {@link #chooseAnother} without blocking; empty: nobody else, or the budget is spent. */
    Mono<ServiceInstance> chooseAnotherLater(Failure failure) {
        if (failure == Failure.DECLINED) {
            return Mono.just(chooseInstead());
        }
        exclude();
        ServiceBalancer own = route.own();
        if (own == null) {
            return chooseByChooser().flatMap(chosen -> Mono.justOrEmpty(charged(failure, chosen)));
        }
        announce();
        return Mono.justOrEmpty(charged(failure, pick(own)));
    }

    /**
     * What to tell the instance that was chosen last: with how many requests under way it declines this one, if anything. Null: it is not asked for its
     * load.
     *
     * @param resendable whether the request can be sent once more after an instance has had it
     */
    @Nullable
    LoadLimit limit(boolean resendable) {
        if (endpoint == null || balancer == null) {
            return null;
        }
        // Whom a route or a key leads to nobody else can stand in for.
        boolean free = !declined && resendable && selection != null && selection.route() == null;
        int acceptable = free && balancer.declines() ? endpoint.acceptable() : -1;
        return acceptable < 0
                ? LoadLimit.NONE
                : new LoadLimit(acceptable, endpoint.target().id());
    }

    /**
     * Starts the request on the instance that was chosen last; whoever starts it ends the attempt.
     *
     * @param limit what that instance is told, {@link #limit}
     */
    Attempt start(@Nullable LoadLimit limit) {
        ServiceInstance instance = Objects.requireNonNull(next, "next");
        tried = tried.isEmpty() ? List.of(instance) : with(tried, instance);
        if (lifecycle != null) {
            lifecycle.requestStarted(instance);
        }
        Traffic traffic = balancer == null ? route.traffic() : balancer.traffic();
        traffic.started();
        Ticket ticket = balancer == null || endpoint == null ? null : balancer.start(endpoint);
        return new Attempt(instance, ticket, traffic, lifecycle, limit);
    }

    /** Nobody took the call. */
    void foundNobody() {
        route.traffic().foundNoInstance();
        discard();
    }

    /** Another instance than the one that declined, or the same where it is the only one; neither may decline. */
    private ServiceInstance chooseInstead() {
        ServiceBalancer its = Objects.requireNonNull(balancer, "balancer");
        Endpoint busy = Objects.requireNonNull(endpoint, "endpoint");
        Selection said = Objects.requireNonNull(selection, "selection");
        declined = true;
        tried = List.copyOf(tried.subList(0, tried.size() - 1));
        announce();
        Endpoint other = its.pick(said, exclusions.with(busy));
        Endpoint picked = other == null ? busy : other;
        return next((MusterServiceInstance) picked.target(), its, picked);
    }

    private @Nullable ServiceInstance pick(ServiceBalancer own) {
        Selection said = selection;
        if (said == null) {
            said = selection(own.selector());
            selection = said;
        }
        Endpoint picked = own.pick(said, exclusions);
        return picked == null ? null : next((MusterServiceInstance) picked.target(), own, picked);
    }

    /** What the application's own code may say of a request may also fail. */
    private Selection selection(RequestSelector selector) {
        if (selector.isIdle()) {
            return Selection.ANY;
        }
        try {
            return selector.select(data.apply(request));
        } catch (RuntimeException | Error e) {
            discard();
            throw e;
        }
    }

    private void givenUp() {
        if (!isStarted()) {
            discard();
        }
    }

    private ServiceInstance next(
            ServiceInstance instance, @Nullable ServiceBalancer itsBalancer, @Nullable Endpoint itsEndpoint) {
        next = instance;
        balancer = itsBalancer;
        endpoint = itsEndpoint;
        return instance;
    }

    /** Whom it tried last it does not try again. */
    private void exclude() {
        if (endpoint != null) {
            exclusions = exclusions.with(endpoint);
        }
    }

    private @Nullable ServiceInstance charged(Failure failure, @Nullable ServiceInstance chosen) {
        if (chosen == null) {
            discard();
            return null;
        }
        if (failure != Failure.REFUSED && !route.budget().tryRetry()) {
            route.traffic().retryDenied();
            discard();
            return null;
        }
        route.traffic().retried();
        return chosen;
    }

    private void discard() {
        if (lifecycle != null) {
            lifecycle.discarded();
        }
    }

    /** Asks the balancer that the application brought; it may answer an instance that was tried, which is nobody then. */
    private Mono<ServiceInstance> chooseByChooser() {
        ReactiveLoadBalancer<ServiceInstance> chooser = route.chooser();
        if (chooser == null) {
            return Mono.empty();
        }
        return Mono.from(chooser.choose(announce(asked()))).flatMap(response -> Mono.justOrEmpty(chosen(response)));
    }

    private @Nullable ServiceInstance chosen(Response<ServiceInstance> response) {
        ServiceInstance instance = response.getServer();
        if (instance == null || tried.contains(instance)) {
            return null;
        }
        ServiceBalancer itsBalancer = routes.balancerOf(instance);
        return next(instance, itsBalancer, itsBalancer == null ? null : itsBalancer.endpointOf(instance));
    }

    private void announce() {
        if (!lifecycles().isEmpty()) {
            announce(asked());
        }
    }

    private Request<RequestDataContext> announce(Request<RequestDataContext> asked) {
        Set<LoadBalancerLifecycle> lifecycles = lifecycles();
        if (!lifecycles.isEmpty()) {
            LifecycleCall attempt = new LifecycleCall(lifecycles, asked);
            lifecycle = attempt;
            attempt.started();
        }
        return asked;
    }

    private Set<LoadBalancerLifecycle> lifecycles() {
        return blocking ? route.blockingLifecycles() : route.reactiveLifecycles();
    }

    /** The call as Spring's interfaces describe it. */
    private Request<RequestDataContext> asked() {
        RequestData described = data.apply(request);
        if (tried.isEmpty()) {
            return new DefaultRequest<>(new RequestDataContext(described, route.hint()));
        }
        ServiceInstance previous = tried.get(tried.size() - 1);
        return new DefaultRequest<>(new RetryableRequestContext(previous, described, route.hint()));
    }

    private static List<ServiceInstance> with(List<ServiceInstance> instances, ServiceInstance another) {
        List<ServiceInstance> more = new ArrayList<>(instances);
        more.add(another);
        return List.copyOf(more);
    }
}
