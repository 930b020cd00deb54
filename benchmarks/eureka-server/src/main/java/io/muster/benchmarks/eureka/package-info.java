/** A Netflix Eureka server with its own defaults, to be measured beside the registry. */
@NullMarked
package io.muster.benchmarks.eureka;

import org.jspecify.annotations.NullMarked;
