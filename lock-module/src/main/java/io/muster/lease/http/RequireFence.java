package io.muster.lease.http;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Admits to an endpoint, or to all of a class, only requests whose {@code Fencing-Token} is not older than any that was seen
 * for this resource. Refused are, as RFC 9457 problems: 428 without a token of one of the leases, 400 with a malformed
 * header, 409 with a token that is too small or was never granted, 503 while a larger one cannot be checked.
 *
 * <p>An accepted token raises the resource's fence before the endpoint runs. So a new holder whose first request only reads
 * has locked older ones out before it knows what it read, if the endpoint that reads has this annotation too.
 *
 * <p>The check at the entry is over when the endpoint runs: a newer holder may come in between. What is written in a
 * transaction of a {@code FencedDataSource} is checked again there, in one step with the write. Nothing else is.
 *
 * <p>Annotations of the class and of the method add up.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Repeatable(RequireFence.All.class)
public @interface RequireFence {
    /** The resource that the endpoint belongs to, 1 to 200 printable characters; the key of its fence. */
    String value();

    /**
     * The leases whose holders may write to the resource. None stands for the one lease that is named as the resource is. A
     * holder of any other lease is refused, however large its token.
     */
    String[] leases() default {};

    /** Several resources. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.METHOD, ElementType.TYPE})
    @interface All {
        /** One for each resource. */
        RequireFence[] value();
    }
}
