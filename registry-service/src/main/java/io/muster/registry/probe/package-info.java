/** Looks at instances over the network. */
@NullMarked
package io.muster.registry.probe;

import org.jspecify.annotations.NullMarked;
