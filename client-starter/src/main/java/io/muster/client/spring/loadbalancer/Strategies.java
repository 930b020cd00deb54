package io.muster.client.spring.loadbalancer;

import io.muster.lb.LoadBalancers;
import io.muster.lb.Strategy;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** The strategies that properties may name: those of the library, and the application's beans by their bean names. */
final class Strategies {
    private final MusterLoadBalancerProperties properties;
    private final Map<String, Strategy> beans;

    /** @throws InvalidConfigurationPropertyValueException when a property names a strategy that nobody knows */
    Strategies(MusterLoadBalancerProperties properties, Map<String, Strategy> beans) {
        this.properties = properties;
        this.beans = Map.copyOf(beans);
        requireKnown("muster.load-balancer.strategy", properties.strategy());
        properties.services().forEach((service, own) -> {
            if (own.strategy() != null) {
                requireKnown("muster.load-balancer.services." + service + ".strategy", own.strategy());
            }
        });
    }

    /** The strategy for a service. */
    Strategy forService(String service) {
        String name = properties.strategy(service);
        Strategy bean = beans.get(name);
        return bean == null ? LoadBalancers.strategy(name) : bean;
    }

    private void requireKnown(String property, String name) {
        Set<String> known = new TreeSet<>(LoadBalancers.strategyNames());
        known.addAll(beans.keySet());
        if (!known.contains(name)) {
            throw new InvalidConfigurationPropertyValueException(
                    property, name, property + " must be one of " + known + " but was " + name);
        }
    }
}
