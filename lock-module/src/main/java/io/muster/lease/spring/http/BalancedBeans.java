package io.muster.lease.spring.http;

import java.lang.annotation.Annotation;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;

/** Knows which beans are {@code @LoadBalanced}: the hosts of their requests are names of services. Works without Spring Cloud. */
final class BalancedBeans {
    private static final String LOAD_BALANCED = "org.springframework.cloud.client.loadbalancer.LoadBalanced";

    private final ListableBeanFactory beans;
    private final @Nullable Class<? extends Annotation> loadBalanced;

    BalancedBeans(ListableBeanFactory beans) {
        this.beans = beans;
        this.loadBalanced = ClassUtils.isPresent(LOAD_BALANCED, BalancedBeans.class.getClassLoader())
                ? ClassUtils.resolveClassName(LOAD_BALANCED, BalancedBeans.class.getClassLoader())
                        .asSubclass(Annotation.class)
                : null;
    }

    /** Whether there can be any. */
    boolean arePossible() {
        return loadBalanced != null;
    }

    boolean contains(String beanName) {
        return loadBalanced != null
                && beans.containsBean(beanName)
                && beans.findAnnotationOnBean(beanName, loadBalanced) != null;
    }
}
