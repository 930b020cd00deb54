/**
 * Load balancing: endpoints with their statistics, strategies that choose among them, and the feedback that closes the
 * loop. The rule here: a pick takes no lock, allocates nothing and reads one volatile reference; whatever costs more
 * happens when membership changes or when a request ends.
 *
 * <p>{@link io.muster.lb.LoadBalancers} makes everything. One package-private class per algorithm implements
 * {@link io.muster.lb.Strategy} and gets its name there: {@code RoundRobin}, {@code PowerOfTwoChoices}.
 */
@NullMarked
package io.muster.lb;

import org.jspecify.annotations.NullMarked;
