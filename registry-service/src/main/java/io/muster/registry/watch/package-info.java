/**
 * Pushes changes to watchers. Everything is encoded once and its bytes are shared; a watcher that does not keep up costs
 * one pending snapshot per service, never a queue that grows.
 */
@NullMarked
package io.muster.registry.watch;

import org.jspecify.annotations.NullMarked;
