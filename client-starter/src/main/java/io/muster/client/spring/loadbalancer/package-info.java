/**
 * Balanced calls for Spring's clients: one {@link io.muster.lb.LoadBalancer} per called service, fed by the pushed view,
 * behind {@code @LoadBalanced} clients and Spring Cloud LoadBalancer. The rule here: whoever starts a request on an
 * endpoint finishes it, once, whatever happens to the call.
 */
@NullMarked
package io.muster.client.spring.loadbalancer;

import org.jspecify.annotations.NullMarked;
