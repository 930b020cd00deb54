/**
 * The wire contract of the registry's HTTP API: its records, its errors and the one JSON codec. Records validate
 * themselves: a value that exists is a value that the registry accepts. Nothing here knows Spring, and Jackson stays
 * behind {@link io.muster.api.JsonCodec}.
 */
@NullMarked
package io.muster.api;

import org.jspecify.annotations.NullMarked;
