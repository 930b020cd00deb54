/**
 * A load generator that leaves the machine to the server: one thread, requests encoded before, answers read as far as a
 * measurement needs them. Everything here runs on the one thread of a {@link io.muster.benchmarks.http.LoadLoop}.
 */
@NullMarked
package io.muster.benchmarks.http;

import org.jspecify.annotations.NullMarked;
