/** Tests of the balanced clients over real sockets. */
@NullMarked
package io.muster.client.spring.loadbalancer;

import org.jspecify.annotations.NullMarked;
