/**
 * Fencing tokens over HTTP: the header, who is sent it, and what an endpoint does with it. Neither a client nor a server: those
 * are Spring's, in {@code io.muster.lease.spring.http}.
 */
@NullMarked
package io.muster.lease.http;

import org.jspecify.annotations.NullMarked;
