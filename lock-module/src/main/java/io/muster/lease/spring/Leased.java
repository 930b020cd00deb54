package io.muster.lease.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * A method of a bean that runs under a lease of its own for each call, and not at all when another call, here or in another
 * process, has that lease. Then it answers an empty {@code Optional}, or null.
 *
 * <pre>{@code
 * @Scheduled(cron = "0 0 2 * * *", zone = "UTC")
 * @Leased(name = "close-month", resources = "invoices", once = OncePer.TICK)
 * @Transactional
 * void closeMonth() {
 *     long token = LeaseContext.current().fencingToken();
 * }
 * }</pre>
 *
 * <p>The lease is taken before all other advice of the bean, transactions included, and given back after it. When it is lost
 * the thread is interrupted, and the call ends with a {@link io.muster.lease.LeaseLostException} if it fails then. A store
 * that fails is a {@link io.muster.lease.LeaseStoreException}. A call from work under the same lease is an
 * {@link IllegalStateException}: a lease is not re-entrant.
 *
 * <p>It works by a proxy. The application does not start where one cannot stand before the method (final, private or static
 * method, final class), where the container calls past it ({@code @PostConstruct}), where the work outlives the call
 * ({@code @Async}, futures, publishers, streams), and for a primitive result.
 * <strong>A call from within the bean itself ({@code this.closeMonth()}) passes the proxy by and takes no lease</strong>; a call
 * of {@code LeaseContext.current()} in the method finds that out.
 *
 * <p>All texts may have placeholders such as <code>${closing.ttl:15s}</code>.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Leased {
    /** The lease's name, 1 to 200 printable characters; the same in all processes. */
    @AliasFor("name")
    String value() default "";

    /** The lease's name, 1 to 200 printable characters; the same in all processes. */
    @AliasFor("value")
    String name() default "";

    /** How long it lives when this process falls silent, as in {@code 15s}; as {@code muster.lease.ttl} when empty. */
    String ttl() default "";

    /** After this time it is lost however well it is renewed; as {@code muster.lease.max-hold} when empty. */
    String maxHold() default "";

    /** What the work writes to: the fences of these resources are raised before it begins. */
    String[] resources() default {};

    /** Whether each call works, or one for each planned time. */
    OncePer once() default OncePer.CALL;
}
