package io.muster.benchmarks.pick;

import io.grpc.Attributes;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.ManagedChannel;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What gRPC's balancers need of a channel: connections that are there as soon as they are asked for, and no network. */
final class GrpcChannel extends LoadBalancer.Helper {
    private final SynchronizationContext context = new SynchronizationContext((thread, thrown) -> {
        throw new IllegalStateException(thrown);
    });
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "grpc-timer");
        thread.setDaemon(true);
        return thread;
    });
    private SubchannelPicker picker = new LoadBalancer.FixedResultPicker(LoadBalancer.PickResult.withNoResult());
    private int connected;

    /** How many connections there are. */
    int connected() {
        return connected;
    }

    /** What the balancer last said. */
    SubchannelPicker picker() {
        return picker;
    }

    /** Has a balancer of that policy balance over as many endpoints. */
    void balance(LoadBalancerProvider policy, @Nullable Object config, int size) {
        List<EquivalentAddressGroup> addresses = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            addresses.add(new EquivalentAddressGroup(InetSocketAddress.createUnresolved(Fleet.id(i), 8080)));
        }
        LoadBalancer.ResolvedAddresses resolved = LoadBalancer.ResolvedAddresses.newBuilder()
                .setAddresses(addresses)
                .setLoadBalancingPolicyConfig(config)
                .build();
        LoadBalancer balancer = policy.newLoadBalancer(this);
        context.execute(() -> balancer.acceptResolvedAddresses(resolved));
    }

    @Override
    public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
        return new Connection(args.getAddresses());
    }

    @Override
    public void updateBalancingState(ConnectivityState state, SubchannelPicker newPicker) {
        picker = newPicker;
    }

    @Override
    public SynchronizationContext getSynchronizationContext() {
        return context;
    }

    @Override
    public ScheduledExecutorService getScheduledExecutorService() {
        return timer;
    }

    @Override
    public ManagedChannel createOobChannel(EquivalentAddressGroup addresses, String authority) {
        throw new UnsupportedOperationException("No balancer here asks for channels of its own");
    }

    @Override
    public String getAuthority() {
        return Fleet.SERVICE;
    }

    @Override
    public String getChannelTarget() {
        return Fleet.SERVICE;
    }

    /** Nobody reads what is logged. */
    private static final class Silence extends ChannelLogger {
        @Override
        public void log(ChannelLogLevel level, String message) {}

        @Override
        public void log(ChannelLogLevel level, String messageFormat, Object... args) {}
    }

    private final class Connection extends LoadBalancer.Subchannel {
        private final List<EquivalentAddressGroup> addresses;
        private LoadBalancer.@Nullable SubchannelStateListener listener;
        private boolean requested;

        Connection(List<EquivalentAddressGroup> addresses) {
            this.addresses = addresses;
        }

        @Override
        public void start(LoadBalancer.SubchannelStateListener newListener) {
            listener = newListener;
        }

        @Override
        public void requestConnection() {
            if (!requested) {
                requested = true;
                connected++;
                tell(ConnectivityState.CONNECTING);
                tell(ConnectivityState.READY);
            }
        }

        @Override
        public void shutdown() {}

        @Override
        public List<EquivalentAddressGroup> getAllAddresses() {
            return addresses;
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.EMPTY;
        }

        @Override
        public ChannelLogger getChannelLogger() {
            return new Silence();
        }

        private void tell(ConnectivityState state) {
            context.execute(() -> {
                if (listener != null) {
                    listener.onSubchannelState(ConnectivityStateInfo.forNonError(state));
                }
            });
        }
    }
}
