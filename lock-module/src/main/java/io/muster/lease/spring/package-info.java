/**
 * Leases in Spring Boot: annotations, configuration, life cycle. The rule: nothing outside of this package and those below
 * knows Spring, and nothing here decides who holds a lease.
 */
@NullMarked
package io.muster.lease.spring;

import org.jspecify.annotations.NullMarked;
