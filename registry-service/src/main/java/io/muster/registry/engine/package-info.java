/**
 * The port behind which engines keep the catalogue. An engine decides where commands are ordered and who may expire;
 * callers never see which one it is.
 */
@NullMarked
package io.muster.registry.engine;

import org.jspecify.annotations.NullMarked;
