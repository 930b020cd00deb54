package io.muster.lb;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Draws a zone by the zones' shares, then asks the strategy's picker for that zone. The draw is random, or follows the key where the
 * strategy keeps keys together: then a key stays in its zone while the shares stay, and callers of one zone agree.
 */
final class ZonePicker implements Picker {
    private final Picker[] zones;
    private final Shares shares;
    private final @Nullable RandomGenerator random;

    /** @param random draws the zone; null where the key does */
    private ZonePicker(Picker[] zones, Shares shares, @Nullable RandomGenerator random) {
        this.zones = zones;
        this.shares = shares;
        this.random = random;
    }

    static Picker of(
            List<Endpoint> endpoints, NavigableMap<String, Double> shares, Strategy strategy, RandomGenerator random) {
        Picker[] zones = new Picker[shares.size()];
        double[] weights = new double[zones.length];
        int i = 0;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            zones[i] = strategy.picker(endpoints.stream()
                    .filter(endpoint -> endpoint.target().zone().equals(share.getKey()))
                    .toList());
            weights[i++] = share.getValue();
        }
        return zones.length == 1
                ? new Overflow(zones[0], strategy.picker(endpoints))
                : new ZonePicker(zones, Shares.of(weights), strategy.isKeyed() ? null : random);
    }

    @Override
    public @Nullable Endpoint pick(long key, Exclusions tried) {
        // Not the hash by which a ring finds the key's place: the zones would each get one arc of the ring.
        long bits = random == null ? HashKey.mixed(~key) : random.nextLong();
        int drawn = shares.at((int) (bits >>> 32));
        Endpoint endpoint = zones[drawn].pick(key, tried);
        for (int i = 1; endpoint == null && i < zones.length; i++) {
            endpoint = zones[(drawn + i) % zones.length].pick(key, tried);
        }
        return endpoint;
    }

    /** Everything stays local; only a retry that has tried all of the zone goes elsewhere. */
    private record Overflow(Picker local, Picker all) implements Picker {
        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            Endpoint endpoint = local.pick(key, tried);
            return endpoint != null || tried.isEmpty() ? endpoint : all.pick(key, tried);
        }
    }
}
