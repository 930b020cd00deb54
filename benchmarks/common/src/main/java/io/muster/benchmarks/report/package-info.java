/** The one table in which every benchmark ends. */
@NullMarked
package io.muster.benchmarks.report;

import org.jspecify.annotations.NullMarked;
