/**
 * The server-side proxy: callers without a balancer send their requests here, and the registry balances them over what it knows. Requests go to
 * addresses of registered instances and nowhere else; bodies are streamed, never gathered.
 */
@NullMarked
package io.muster.registry.proxy;

import org.jspecify.annotations.NullMarked;
