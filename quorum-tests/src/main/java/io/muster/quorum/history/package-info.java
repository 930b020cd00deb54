/** Histories of what clients saw, and the search for an order that explains them. Nothing here knows a network or a store. */
@NullMarked
package io.muster.quorum.history;

import org.jspecify.annotations.NullMarked;
