package io.muster.client.spring.loadbalancer;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.loadbalancer.RequestData;

/**
 * Says what keeps requests together, for strategies that send equal ones to the same instance. A bean of this type is named by
 * {@code muster.load-balancer.hash.bean}. Called for every request, by all threads; does not block.
 */
@FunctionalInterface
public interface HashKeyResolver {
    /** What is hashed; null when the request has none: it then goes to any instance, and is counted. */
    @Nullable
    CharSequence key(RequestData request);
}
