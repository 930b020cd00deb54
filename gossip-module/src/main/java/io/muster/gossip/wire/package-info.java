/**
 * Messages as bytes: a bounded, versioned binary form inside an authenticated frame. Whatever arrives is hostile until the
 * frame has been opened, and bounded after that: nothing is allocated by a claimed size.
 */
@NullMarked
package io.muster.gossip.wire;

import org.jspecify.annotations.NullMarked;
