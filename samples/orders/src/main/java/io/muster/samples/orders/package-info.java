/** Takes orders: asks {@code inventory}, by its name, for price and stock, and stores the order. */
@NullMarked
package io.muster.samples.orders;

import org.jspecify.annotations.NullMarked;
