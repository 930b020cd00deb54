/**
 * Fencing tokens over HTTP with Spring: clients that send them, endpoints that check them, MVC and WebFlux. The rules are
 * those of {@code io.muster.lease.http}.
 */
@NullMarked
package io.muster.lease.spring.http;

import org.jspecify.annotations.NullMarked;
