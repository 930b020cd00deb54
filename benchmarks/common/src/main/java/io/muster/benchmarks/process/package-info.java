/** The processes that are measured: started from their executable jars, watched through the kernel's own figures. */
@NullMarked
package io.muster.benchmarks.process;

import org.jspecify.annotations.NullMarked;
