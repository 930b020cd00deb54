/** Drawings for the documentation. The same figures give the same bytes on every machine. */
@NullMarked
package io.muster.benchmarks.plot;

import org.jspecify.annotations.NullMarked;
