/** What operators see of leases: endpoint, health, meters. The rule: it reads, and changes nothing but what an operator says. */
@NullMarked
package io.muster.lease.spring.actuate;

import org.jspecify.annotations.NullMarked;
