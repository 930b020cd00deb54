package io.muster.benchmarks.registry;

import io.muster.api.Instance;
import io.muster.api.ServiceSnapshot;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.ServiceView;
import io.muster.lb.Endpoint;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Target;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The other process of part (b): many clients of the starter's core, each with a balancer per service. It notes when a balancer's
 * current snapshot, the one that it picks from, has an instance with a new weight. Says {@code ready}, waits for a line, and then
 * writes a line {@code client weight nanos} for each; ends when its input ends.
 */
final class PickerProbe {
    private final String service;
    private final int client;
    private final LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices());
    private final BitSet known = new BitSet();
    private final StringBuilder seen = new StringBuilder();

    private PickerProbe(int client, String service) {
        this.client = client;
        this.service = service;
    }

    /** An instance as the balancer's target, as the starter's own glue makes it for every state of the view. */
    private record InstanceTarget(String id, String generation, int weight, String zone, Instance instance)
            implements Target {
        static InstanceTarget of(Instance instance) {
            return new InstanceTarget(
                    instance.id(), instance.generation().toString(), instance.weight(), instance.zone(), instance);
        }
    }

    /**
     * @param url the registry's
     * @param clients how many
     * @param services {@code service-0} and so on, taken in turn
     * @param watched how many of them each client balances over
     */
    static void run(URI url, int clients, int services, int watched) throws IOException {
        List<PickerProbe> probes = new ArrayList<>();
        List<RegistryClient> running = new ArrayList<>();
        List<CompletableFuture<ServiceSnapshot>> first = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            RegistryClient client = RegistryClient.create(ClientConfig.of(url));
            running.add(client);
            client.start();
            for (int k = 0; k < watched; k++) {
                PickerProbe probe = new PickerProbe(i, serviceOf(i, k, services));
                probes.add(probe);
                first.add(probe.follow(client));
            }
        }
        CompletableFuture.allOf(first.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        System.out.println("ready");
        System.in.read();
        for (PickerProbe probe : probes) {
            synchronized (probe) {
                System.out.print(probe.seen);
            }
        }
        System.out.println("end");
        running.forEach(RegistryClient::close);
    }

    /** The service that a client balances over in its {@code k}-th place. */
    static String serviceOf(int client, int k, int services) {
        return "service-" + (client + k) % services;
    }

    private CompletableFuture<ServiceSnapshot> follow(RegistryClient client) {
        ServiceView view = client.view(service);
        var unused = view.onChange(this::changed);
        return view.first();
    }

    private void changed(ServiceSnapshot snapshot) {
        balancer.update(snapshot.instances().stream()
                .filter(instance -> instance.status().takesRequests())
                .map(InstanceTarget::of)
                .toList());
        long now = System.nanoTime();
        synchronized (this) {
            for (Endpoint endpoint : balancer.snapshot().eligible()) {
                int weight = endpoint.target().weight();
                if (weight >= ChangeTimes.FIRST_WEIGHT && !known.get(weight)) {
                    known.set(weight);
                    seen.append(client)
                            .append(' ')
                            .append(weight)
                            .append(' ')
                            .append(now)
                            .append('\n');
                }
            }
        }
    }
}
