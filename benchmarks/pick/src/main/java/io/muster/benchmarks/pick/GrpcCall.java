package io.muster.benchmarks.pick;

import io.grpc.CallOptions;
import io.grpc.LoadBalancer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.xds.XdsInternals;
import java.io.InputStream;

/** What gRPC's pickers are told of a call. */
final class GrpcCall extends LoadBalancer.PickSubchannelArgs {
    private static final MethodDescriptor<InputStream, InputStream> METHOD =
            MethodDescriptor.<InputStream, InputStream>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(Fleet.SERVICE + "/get")
                    .setRequestMarshaller(new Bytes())
                    .setResponseMarshaller(new Bytes())
                    .build();

    private final CallOptions options;
    private final Metadata headers = new Metadata();

    /** @param hash what keeps calls together */
    GrpcCall(long hash) {
        this.options = XdsInternals.withHash(hash);
    }

    @Override
    public CallOptions getCallOptions() {
        return options;
    }

    @Override
    public Metadata getHeaders() {
        return headers;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
        return METHOD;
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<InputStream> {
        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            return stream;
        }
    }
}
