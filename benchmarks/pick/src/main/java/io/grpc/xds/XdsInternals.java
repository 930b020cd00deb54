package io.grpc.xds;

import io.grpc.CallOptions;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** The parts of gRPC's balancers that it keeps to itself, for benchmarks. */
public final class XdsInternals {
    private XdsInternals() {}

    /** The options of a call whose hash is known. */
    public static CallOptions withHash(long hash) {
        return CallOptions.DEFAULT.withOption(XdsNameResolver.RPC_HASH_KEY, hash);
    }

    /** What its weighted round robin chooses by: the index of the next of several weights. */
    public static IntSupplier staticStride(float[] weights) {
        WeightedRoundRobinLoadBalancer.StaticStrideScheduler scheduler =
                new WeightedRoundRobinLoadBalancer.StaticStrideScheduler(
                        weights, new AtomicInteger(ThreadLocalRandom.current().nextInt()));
        return scheduler::pick;
    }
}
