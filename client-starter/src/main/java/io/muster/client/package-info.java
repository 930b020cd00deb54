/**
 * The client core, without Spring: registers instances, keeps them alive, and holds pushed views of services. Every wait
 * ends: calls are bounded in time, bodies and events in size, and the last view stays when no registry answers.
 */
@NullMarked
package io.muster.client;

import org.jspecify.annotations.NullMarked;
