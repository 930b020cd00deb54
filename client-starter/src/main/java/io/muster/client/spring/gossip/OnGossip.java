package io.muster.client.spring.gossip;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches when {@code muster.discovery.mode} is {@code gossip} or {@code both}. */
final class OnGossip extends SpringBootCondition {
    static final String PROPERTY = "muster.discovery.mode";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String mode = context.getEnvironment().getProperty(PROPERTY, "registry");
        ConditionMessage.Builder message = ConditionMessage.forCondition("Muster gossip");
        boolean asked = mode.equalsIgnoreCase("gossip") || mode.equalsIgnoreCase("both");
        return asked
                ? ConditionOutcome.match(message.because(PROPERTY + " is " + mode))
                : ConditionOutcome.noMatch(message.because(PROPERTY + " is " + mode));
    }
}
