package io.muster.lease.spring.http;

import io.muster.lease.http.FenceRule;
import io.muster.lease.http.RequireFence;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.springframework.context.expression.AnnotatedElementKey;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.web.method.HandlerMethod;

/** What each endpoint asks of its requests. Thread-safe. */
final class EndpointRules {
    private final Map<AnnotatedElementKey, List<FenceRule>> known = new ConcurrentHashMap<>();

    /**
     * The rules of an endpoint: those of its class and of its method, and of the interfaces where these are declared.
     *
     * @throws IllegalArgumentException if they contradict each other or have names that cannot be
     */
    List<FenceRule> of(HandlerMethod endpoint) {
        Method method = endpoint.getMethod();
        Class<?> type = endpoint.getBeanType();
        return known.computeIfAbsent(new AnnotatedElementKey(method, type), key -> {
            Stream<MergedAnnotation<RequireFence>> annotations = Stream.concat(
                    MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).stream(RequireFence.class),
                    MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).stream(RequireFence.class));
            return FenceRule.of(annotations.map(MergedAnnotation::synthesize).toList());
        });
    }
}
