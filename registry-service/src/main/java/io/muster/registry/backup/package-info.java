/** Backups: what is in one, how it is taken, and how a data directory begins with it. Nothing here talks to a running engine. */
@NullMarked
package io.muster.registry.backup;

import org.jspecify.annotations.NullMarked;
