/**
 * Leases and fences in Redis, by Lua over Lettuce, which is an optional dependency. The store is weak: a fail-over of Redis can
 * lose the last grants.
 */
@NullMarked
package io.muster.lease.redis;

import org.jspecify.annotations.NullMarked;
