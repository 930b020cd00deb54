/** The engine of a registry that runs alone: the catalogue in memory, with a new epoch at each start. */
@NullMarked
package io.muster.registry.engine.standalone;

import org.jspecify.annotations.NullMarked;
