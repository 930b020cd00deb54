package io.muster.benchmarks.pick;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.client.ClientConfig;
import io.muster.client.KnownView;
import io.muster.client.RegistryClient;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerAutoConfiguration;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClient;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryProperties;
import org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.LoadBalancerCacheAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Applications that call the fleet: what is auto-configured in them for choosing, without the rest. */
final class SpringContexts {
    private static final String[] ZONES = {"a", "b", "c"};

    private SpringContexts() {}

    @ImportAutoConfiguration({
        org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration.class,
        LoadBalancerAutoConfiguration.class,
        LoadBalancerCacheAutoConfiguration.class,
        BlockingLoadBalancerClientAutoConfiguration.class
    })
    static class SpringCloud {}

    @ImportAutoConfiguration({
        org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration.class,
        LoadBalancerAutoConfiguration.class,
        LoadBalancerCacheAutoConfiguration.class,
        BlockingLoadBalancerClientAutoConfiguration.class,
        MusterLoadBalancerAutoConfiguration.class
    })
    static class Starter {}

    /** One with Spring Cloud LoadBalancer alone, over a list that is at hand. */
    static ConfigurableApplicationContext springCloud(int size, Map<String, Object> properties) {
        SimpleDiscoveryProperties fleet = new SimpleDiscoveryProperties();
        fleet.setInstances(Map.of(Fleet.SERVICE, springInstances(size)));
        AnnotationConfigApplicationContext context = context(properties);
        context.registerBean(DiscoveryClient.class, () -> new SimpleDiscoveryClient(fleet));
        context.register(SpringCloud.class);
        context.refresh();
        return context;
    }

    /** One with the starter, over a view that no registry feeds. */
    static ConfigurableApplicationContext starter(int size) {
        RegistryClient client = RegistryClient.create(ClientConfig.of(URI.create("http://127.0.0.1:1")));
        KnownView.show(client.view(Fleet.SERVICE), instances(size));
        AnnotationConfigApplicationContext context = context(Map.of());
        context.registerBean(RegistryClient.class, () -> client);
        context.register(Starter.class);
        context.refresh();
        return context;
    }

    private static AnnotationConfigApplicationContext context(Map<String, Object> properties) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("bench", properties));
        return context;
    }

    private static List<DefaultServiceInstance> springInstances(int size) {
        List<DefaultServiceInstance> instances = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            DefaultServiceInstance instance =
                    new DefaultServiceInstance(Fleet.id(i), Fleet.SERVICE, host(i), 8080, false);
            instance.getMetadata().put("weight", String.valueOf(Fleet.unequalWeight(i)));
            instance.getMetadata().put("zone", ZONES[i % ZONES.length]);
            instances.add(instance);
        }
        return instances;
    }

    private static List<Instance> instances(int size) {
        List<Instance> instances = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            instances.add(new Instance(
                    Fleet.id(i),
                    new Position(1, i + 1),
                    host(i),
                    8080,
                    false,
                    InstanceStatus.UP,
                    "",
                    100,
                    ZONES[i % ZONES.length],
                    Map.of(),
                    null));
        }
        return instances;
    }

    private static String host(int index) {
        return "10.0." + index / 250 + "." + (1 + index % 250);
    }
}
