/** The engine that keeps the catalogue on several nodes. It knows the log by its port alone. */
@NullMarked
package io.muster.registry.engine.raft;

import org.jspecify.annotations.NullMarked;
