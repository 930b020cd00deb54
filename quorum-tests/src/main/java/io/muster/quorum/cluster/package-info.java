/** Registries of several real processes, clients that note what they see, and faults. */
@NullMarked
package io.muster.quorum.cluster;

import org.jspecify.annotations.NullMarked;
