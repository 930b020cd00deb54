/** Who may call. */
@NullMarked
package io.muster.registry.security;

import org.jspecify.annotations.NullMarked;
