package io.muster.client.spring.lease;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches when {@code muster.lease.store} is {@code auto}, as by default, or {@code registry}. */
final class OnRegistryStore extends SpringBootCondition {
    private static final String PROPERTY = "muster.lease.store";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String store = context.getEnvironment().getProperty(PROPERTY, "auto");
        ConditionMessage.Builder message = ConditionMessage.forCondition("Muster leases in the registry");
        boolean asked = store.equalsIgnoreCase("auto") || store.equalsIgnoreCase("registry");
        return asked
                ? ConditionOutcome.match(message.because(PROPERTY + " is " + store))
                : ConditionOutcome.noMatch(message.because(PROPERTY + " is " + store));
    }
}
