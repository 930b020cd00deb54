/**
 * Guards at the resource: each remembers the largest fencing token seen, and refuses smaller ones in one step with the write.
 */
@NullMarked
package io.muster.lease.guard;

import org.jspecify.annotations.NullMarked;
