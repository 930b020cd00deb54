/**
 * {@code ./bench registry}: how fast a change spreads, what a large fleet costs, and what a call costs beside Eureka. Each
 * part starts servers of its own, as processes, and leaves none behind.
 */
@NullMarked
package io.muster.benchmarks.registry;

import org.jspecify.annotations.NullMarked;
