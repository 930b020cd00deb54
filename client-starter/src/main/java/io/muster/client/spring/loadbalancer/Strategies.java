package io.muster.client.spring.loadbalancer;

import io.muster.lb.LoadBalancers;
import io.muster.lb.Strategy;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Makes what properties name: strategies of the library or the application's beans, and what finds keys. */
final class Strategies {
    private final Map<String, Strategy> beans;
    private final HashKeys keys;

    /** @throws InvalidConfigurationPropertyValueException when a property names a strategy that nobody knows */
    Strategies(MusterLoadBalancerProperties properties, Map<String, Strategy> beans, HashKeys keys) {
        this.beans = Map.copyOf(beans);
        this.keys = keys;
        check(properties);
    }

    /** @throws InvalidConfigurationPropertyValueException when a property names what nobody knows, or does not fit another one */
    void check(MusterLoadBalancerProperties properties) {
        check("muster.load-balancer", properties.of(""));
        properties
                .services()
                .keySet()
                .forEach(service -> check("muster.load-balancer.services." + service, properties.of(service)));
    }

    /** The strategy for a service. */
    Strategy strategy(ServiceSettings settings) {
        Strategy bean = beans.get(settings.strategy());
        if (bean != null) {
            return bean;
        }
        return switch (settings.strategy()) {
            case LoadBalancers.POWER_OF_TWO_CHOICES -> LoadBalancers.powerOfChoices(settings.choices());
            case LoadBalancers.BOUNDED_CONSISTENT_HASHING ->
                LoadBalancers.boundedConsistentHashing(settings.loadFactor());
            default -> LoadBalancers.strategy(settings.strategy());
        };
    }

    /** What finds the keys of a service's requests; null when nothing is to be hashed. */
    @Nullable
    HashKeyResolver resolver(ServiceSettings settings) {
        return keys.of("muster.load-balancer.hash", settings.hash());
    }

    private void check(String property, ServiceSettings settings) {
        requireKnown(property + ".strategy", settings.strategy());
        boolean hasKeys = keys.of(property + ".hash", settings.hash()) != null;
        if (strategy(settings).isKeyed() && !hasKeys) {
            throw new InvalidConfigurationPropertyValueException(
                    property + ".hash",
                    settings.hash(),
                    property + ".hash must have one of header, cookie, query, path and bean, for strategy "
                            + settings.strategy());
        }
        try {
            settings.options(CallerPlace.NOWHERE);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(property, settings, property + "." + e.getMessage());
        }
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
