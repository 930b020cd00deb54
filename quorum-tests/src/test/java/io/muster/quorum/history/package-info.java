/** Right histories that the checker must accept, and wrong ones that it must reject. */
@NullMarked
package io.muster.quorum.history;

import org.jspecify.annotations.NullMarked;
