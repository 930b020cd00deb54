/** The HTTP API: one controller per resource. Controllers read, ask the engine or the watch hub, and write; no rule lives here. */
@NullMarked
package io.muster.registry.web;

import org.jspecify.annotations.NullMarked;
