package io.muster.client.spring.loadbalancer;

import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.RouteRule;
import io.muster.lb.HashKey;
import io.muster.lb.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.loadbalancer.RequestData;

/** Reads from a request its key and its route, for one service. Immutable. */
final class RequestSelector {
    private final @Nullable HashKeyResolver resolver;
    private final List<Rule> rules;
    private final Traffic traffic;

    private record Rule(Route route, RouteRule rule) {}

    private RequestSelector(@Nullable HashKeyResolver resolver, List<Rule> rules, Traffic traffic) {
        this.resolver = resolver;
        this.rules = List.copyOf(rules);
        this.traffic = traffic;
    }

    /** @param resolver finds the key; null when there is none */
    static RequestSelector of(ServiceSettings settings, @Nullable HashKeyResolver resolver, Traffic traffic) {
        List<Rule> rules = new ArrayList<>();
        for (Map.Entry<String, RouteRule> rule : settings.routes().entrySet()) {
            rules.add(new Rule(new Route(rule.getKey(), rule.getValue().metadata()), rule.getValue()));
        }
        return new RequestSelector(resolver, rules, traffic);
    }

    /** Whether requests have nothing to say here; then nobody need describe them. */
    boolean isIdle() {
        return resolver == null && rules.isEmpty();
    }

    Selection select(RequestData request) {
        if (isIdle()) {
            return Selection.ANY;
        }
        CharSequence text = resolver == null ? null : resolver.key(request);
        if (text != null && text.isEmpty()) {
            // Else all that have none would go to one instance.
            text = null;
        }
        if (resolver != null && text == null) {
            traffic.missedKey();
        }
        // Without a key any instance will do, and not always the same one.
        long key = text == null ? ThreadLocalRandom.current().nextLong() : HashKey.of(text);
        for (Rule rule : rules) {
            if (isNamed(rule.rule(), request)) {
                return new Selection(key, rule.route());
            }
        }
        return new Selection(key, drawn(key));
    }

    private static boolean isNamed(RouteRule rule, RequestData request) {
        String header = rule.header();
        String value = header == null ? null : request.getHeaders().getFirst(header);
        return value != null && (rule.value() == null || rule.value().equals(value));
    }

    /** The route in whose percents the key lies; one key always lies in the same. */
    private @Nullable Route drawn(long key) {
        double place = (key >>> 32) * 100 / 0x1p32;
        double end = 0;
        for (Rule rule : rules) {
            end += rule.rule().percent();
            if (place < end) {
                return rule.route();
            }
        }
        return null;
    }
}
