/**
 * The main job, shown: starts a registry, three {@code inventory} and one {@code orders} as processes on the loopback, orders
 * at a fixed rate, kills one instance, adds another and counts what became of every order. It sees the services from outside
 * alone, over HTTP.
 */
@NullMarked
package io.muster.samples.demo;

import org.jspecify.annotations.NullMarked;
