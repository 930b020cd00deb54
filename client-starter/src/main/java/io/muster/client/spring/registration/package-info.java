/**
 * Registers this process: what it says of itself, and when it says what over the application's life. Nothing here waits for
 * the registry, unless {@code muster.registry.fail-fast} asks for it.
 */
@NullMarked
package io.muster.client.spring.registration;

import org.jspecify.annotations.NullMarked;
