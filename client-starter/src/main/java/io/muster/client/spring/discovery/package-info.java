/**
 * Spring Cloud's discovery clients over the registry's pushed views. What they answer is read from memory at that moment:
 * there is no cache here, and no waiting once a service is known.
 */
@NullMarked
package io.muster.client.spring.discovery;

import org.jspecify.annotations.NullMarked;
