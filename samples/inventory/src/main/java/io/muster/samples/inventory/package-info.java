/** A read-only stock that any number of identical instances serve. */
@NullMarked
package io.muster.samples.inventory;

import org.jspecify.annotations.NullMarked;
