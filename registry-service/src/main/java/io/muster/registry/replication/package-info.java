/**
 * The port behind which logs are replicated. A state machine decides, a log orders; neither knows which other one it has.
 */
@NullMarked
package io.muster.registry.replication;

import org.jspecify.annotations.NullMarked;
