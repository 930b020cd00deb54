/** Who is alive. Time enters as an argument; what is found becomes commands, and the catalogue decides. */
@NullMarked
package io.muster.registry.health;

import org.jspecify.annotations.NullMarked;
