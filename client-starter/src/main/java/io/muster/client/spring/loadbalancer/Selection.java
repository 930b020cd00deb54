package io.muster.client.spring.loadbalancer;

import io.muster.lb.Route;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of where it should go.
 *
 * @param key its hash
 * @param route the part of the instances that serves it; null for those of no route
 */
record Selection(long key, @Nullable Route route) {
    /** A request that says nothing. */
    static final Selection ANY = new Selection(0, null);
}
