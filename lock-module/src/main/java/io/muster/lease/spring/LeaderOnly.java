package io.muster.lease.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * A method of a bean that does its work in the one process that leads a role, under the leader's lease, and is skipped in all
 * others. Processes run for the role from their start to their end, and a leader leads until it stops or loses its lease; so
 * calls ask no store. A call that is skipped answers an empty {@code Optional}, or null; a call before the election is
 * decided is one.
 *
 * <pre>{@code
 * @Scheduled(fixedDelay = 60_000)
 * @LeaderOnly("reports")
 * void merge() { … }
 *
 * @EventListener
 * void leading(LeaseEvent.Elected event) { … }
 * }</pre>
 *
 * <p>Methods of one role say the same TTL and resources. What {@link Leased} says of interrupts, proxies and calls from within the
 * bean holds here too.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface LeaderOnly {
    /** The role, which is the name of its lease: 1 to 200 printable characters, the same in all processes. */
    @AliasFor("role")
    String value() default "";

    /** The role, which is the name of its lease: 1 to 200 printable characters, the same in all processes. */
    @AliasFor("value")
    String role() default "";

    /** How long leadership lives when the leader falls silent, as in {@code 15s}; as {@code muster.lease.ttl} when empty. */
    String ttl() default "";

    /** What the work writes to: the fences of these resources are raised before this process leads. */
    String[] resources() default {};
}
