package io.muster.client.spring.loadbalancer;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.EmptyResponse;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.ResponseData;

/**
 * Tells the application's {@link LoadBalancerLifecycle} beans of one attempt: start, start of the request, and one
 * completion, which a cancelled attempt has too. What they throw is logged: a call never fails by its observers.
 *
 * <p>Spring's interfaces here are generic but kept and looked up as raw types; which of them may be called with these
 * types is settled by {@link LoadBalancerLifecycle#supports}.
 */
@SuppressWarnings({"rawtypes", "unchecked"})
final class LifecycleCall {
    private static final Logger log = LoggerFactory.getLogger(LifecycleCall.class);

    private final Set<LoadBalancerLifecycle> lifecycles;
    private final Request<RequestDataContext> request;
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile Response<ServiceInstance> chosen = new EmptyResponse();

    LifecycleCall(Set<LoadBalancerLifecycle> lifecycles, Request<RequestDataContext> request) {
        this.lifecycles = lifecycles;
        this.request = request;
    }

    void started() {
        each(lifecycle -> lifecycle.onStart(request));
    }

    void requestStarted(ServiceInstance instance) {
        Response<ServiceInstance> response = new DefaultResponse(instance);
        chosen = response;
        each(lifecycle -> lifecycle.onStartRequest(request, response));
    }

    void responded(@Nullable ResponseData response) {
        complete(new CompletionContext<>(CompletionContext.Status.SUCCESS, request, chosen, response));
    }

    void failed(Throwable thrown) {
        complete(new CompletionContext<>(CompletionContext.Status.FAILED, thrown, request, chosen));
    }

    /** No instance was found. */
    void discarded() {
        complete(new CompletionContext<>(CompletionContext.Status.DISCARD, request, chosen));
    }

    private void complete(CompletionContext context) {
        if (completed.compareAndSet(false, true)) {
            each(lifecycle -> lifecycle.onComplete(context));
        }
    }

    private void each(Consumer<LoadBalancerLifecycle> call) {
        for (LoadBalancerLifecycle lifecycle : lifecycles) {
            try {
                call.accept(lifecycle);
            } catch (RuntimeException e) {
                log.warn(
                        "{} failed; the call goes on without it",
                        lifecycle.getClass().getName(),
                        e);
            }
        }
    }
}
