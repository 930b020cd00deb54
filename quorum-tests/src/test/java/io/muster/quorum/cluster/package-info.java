/** Clusters of real processes under faults. */
@NullMarked
package io.muster.quorum.cluster;

import org.jspecify.annotations.NullMarked;
