/** The registry server: what runs, its properties, and how its parts are put together. */
@NullMarked
package io.muster.registry;

import org.jspecify.annotations.NullMarked;
