package io.muster.api;

/**
 * The answer to a registration.
 *
 * @param generation the position at which this process registered; it identifies the registration in every later call
 * @param heartbeatMillis how often the registry expects a heartbeat
 * @param ttlMillis after how long without one it evicts
 */
public record Registered(Position generation, long heartbeatMillis, long ttlMillis) {
    /** @throws InvalidFieldException when the generation is absent */
    public Registered {
        Names.required("generation", generation);
    }
}
