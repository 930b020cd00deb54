/** Leases over the registry, where {@code muster-lock-module} is on the class path. */
@NullMarked
package io.muster.client.spring.lease;

import org.jspecify.annotations.NullMarked;
