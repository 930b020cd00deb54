/** {@code ./bench failures}: deploys, deaths, cuts and outages under load. */
@NullMarked
package io.muster.benchmarks.failures;

import org.jspecify.annotations.NullMarked;
