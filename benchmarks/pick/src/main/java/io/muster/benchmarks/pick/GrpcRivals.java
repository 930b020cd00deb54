package io.muster.benchmarks.pick;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.xds.LeastRequestLoadBalancerProvider;
import io.grpc.xds.RingHashLoadBalancerProvider;
import io.grpc.xds.RingHashOptions;
import io.grpc.xds.XdsInternals;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What does a pick of gRPC's balancers cost? {@code ./bench pick rivals} */
@State(Scope.Benchmark)
public class GrpcRivals {
    private static final String ROUND_ROBIN = "round_robin";
    private static final String LEAST_REQUEST = "least_request";
    private static final String RING_HASH = "ring_hash";
    private static final String STATIC_STRIDE = "weighted_round_robin (static stride alone)";
    private static final int POINTS_PER_ENDPOINT = 160;
    private static final int LARGEST_RING = 1 << 20;
    private static final int CALL_SHIFT = 52;
    private static final int CALLS = 1 << (Long.SIZE - CALL_SHIFT);
    private static final int MOST_PICKS = 100;

    /** Its policies. */
    static final List<String> KINDS = List.of(ROUND_ROBIN, LEAST_REQUEST, RING_HASH, STATIC_STRIDE);

    /** Which policy. */
    @Param({ROUND_ROBIN})
    public String kind = "";

    /** How many endpoints there are to choose from. */
    @Param({"10", "100", "1000"})
    public int endpoints;

    private final PickSubchannelArgs[] calls = new PickSubchannelArgs[CALLS];

    @SuppressWarnings("NullAway.Init") // build() runs first.
    private Choice choice;

    /** One choice for a call. */
    @FunctionalInterface
    private interface Choice {
        Object next(PickSubchannelArgs call);
    }

    /** Builds the picker. */
    @Setup
    public void build() {
        for (int i = 0; i < CALLS; i++) {
            calls[i] = new GrpcCall(ThreadLocalRandom.current().nextLong());
        }
        choice = switch (kind) {
            case ROUND_ROBIN ->
                picker(
                        Objects.requireNonNull(
                                LoadBalancerRegistry.getDefaultRegistry().getProvider(ROUND_ROBIN)),
                        Map.of());
            case LEAST_REQUEST -> picker(new LeastRequestLoadBalancerProvider(), Map.of("choiceCount", "2"));
            case RING_HASH -> {
                RingHashOptions.setRingSizeCap(LARGEST_RING);
                String points = String.valueOf(POINTS_PER_ENDPOINT * endpoints);
                yield picker(new RingHashLoadBalancerProvider(), Map.of("minRingSize", points, "maxRingSize", points));
            }
            case STATIC_STRIDE -> staticStride();
            default -> throw new IllegalArgumentException("kind must be one of " + KINDS + " but was " + kind);
        };
    }

    /** Chooses. */
    @Benchmark
    public Object pick(Keys keys) {
        return choice.next(calls[(int) (keys.next() >>> CALL_SHIFT)]);
    }

    private Choice picker(LoadBalancerProvider policy, Map<String, ?> config) {
        GrpcChannel channel = new GrpcChannel();
        channel.balance(policy, policy.parseLoadBalancingPolicyConfig(config).getConfig(), endpoints);
        // Some connect only where they have picked.
        for (int i = 0; i < MOST_PICKS * endpoints && channel.connected() < endpoints; i++) {
            long hash = ThreadLocalRandom.current().nextLong();
            PickResult unused = channel.picker().pickSubchannel(new GrpcCall(hash));
        }
        SubchannelPicker picker = channel.picker();
        if (channel.connected() < endpoints || picker.pickSubchannel(calls[0]).getSubchannel() == null) {
            throw new IllegalStateException(
                    kind + " must connect to all of " + endpoints + " endpoints but did to " + channel.connected());
        }
        return picker::pickSubchannel;
    }

    private Choice staticStride() {
        String[] ids = new String[endpoints];
        float[] weights = new float[endpoints];
        for (int i = 0; i < endpoints; i++) {
            ids[i] = Fleet.id(i);
            weights[i] = Fleet.unequalWeight(i);
        }
        IntSupplier stride = XdsInternals.staticStride(weights);
        return call -> ids[stride.getAsInt()];
    }
}
