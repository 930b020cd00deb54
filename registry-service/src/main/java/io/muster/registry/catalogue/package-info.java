/**
 * The catalogue: a pure, deterministic state machine of all instances. The same commands in the same order give the same
 * state on every node; no clock, no randomness, no I/O.
 */
@NullMarked
package io.muster.registry.catalogue;

import org.jspecify.annotations.NullMarked;
