package io.muster.client;

import io.muster.api.Position;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the client's stream stands at one moment.
 *
 * @param connected whether the stream is open and its registry has spoken
 * @param registry the registry at the other end, or the one to be tried next while not connected
 * @param position the last position that was applied to the views; null before the first
 * @param sinceLastByte how long ago the last byte came on a stream, signs of life included; null before the first
 * @param warming whether the registry started less than one TTL ago: views are merged and lose nobody
 * @param reconnects how often a stream was opened after the first one
 * @param problem why the client is not connected, for people; empty while it is
 */
public record ConnectionState(
        boolean connected,
        URI registry,
        @Nullable Position position,
        @Nullable Duration sinceLastByte,
        boolean warming,
        long reconnects,
        String problem) {}
