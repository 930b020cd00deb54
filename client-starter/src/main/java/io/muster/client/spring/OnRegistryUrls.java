package io.muster.client.spring;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when {@code muster.registry.urls} names a URL, as one property or as an indexed list, and {@code muster.discovery.mode}
 * does not say to do without a registry.
 */
final class OnRegistryUrls extends SpringBootCondition {
    private static final String PROPERTY = "muster.registry.urls";
    private static final String MODE = "muster.discovery.mode";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean set = areSet(context.getEnvironment());
        ConditionMessage.Builder message = ConditionMessage.forCondition("Muster registry");
        if ("gossip".equalsIgnoreCase(context.getEnvironment().getProperty(MODE))) {
            return ConditionOutcome.noMatch(message.because(MODE + " is gossip"));
        }
        return set
                ? ConditionOutcome.match(message.found("property").items(PROPERTY))
                : ConditionOutcome.noMatch(message.didNotFind("property").items(PROPERTY));
    }

    static boolean areSet(Environment environment) {
        return Binder.get(environment)
                .bind(PROPERTY, Bindable.listOf(String.class))
                .map(OnRegistryUrls::namesOne)
                .orElse(false);
    }

    private static boolean namesOne(List<String> urls) {
        return urls.stream().anyMatch(url -> !url.isBlank());
    }
}
