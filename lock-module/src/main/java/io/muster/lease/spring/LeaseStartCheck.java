package io.muster.lease.spring;

import io.muster.lease.Leases;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Checks all annotated methods once the beans are there, those of lazy beans too: that the request can work with this store and
 * these fences, and that a proxy stands before the bean. Enlists the roles.
 */
final class LeaseStartCheck implements SmartInitializingSingleton {
    private final ConfigurableListableBeanFactory beans;
    private final LeasePostProcessor postProcessor;
    private final Leases leases;
    private final LeaderElections elections;

    LeaseStartCheck(
            ConfigurableListableBeanFactory beans,
            LeasePostProcessor postProcessor,
            Leases leases,
            LeaderElections elections) {
        this.beans = beans;
        this.postProcessor = postProcessor;
        this.leases = leases;
        this.elections = elections;
    }

    @Override
    public void afterSingletonsInstantiated() {
        for (String name : beans.getBeanDefinitionNames()) {
            Class<?> type = type(name);
            if (type == null) {
                continue;
            }
            Map<Method, LeasePlan> annotated = postProcessor.plans().of(type);
            annotated.forEach((method, plan) -> check(type, method, plan));
            if (!annotated.isEmpty() && beans.containsSingleton(name) && !beans.isFactoryBean(name)) {
                requireProxy(name, beans.getSingleton(name));
            }
        }
    }

    private @Nullable Class<?> type(String name) {
        Object singleton = beans.containsSingleton(name) ? beans.getSingleton(name) : null;
        Class<?> type = singleton == null || beans.isFactoryBean(name)
                ? beans.getType(name, false)
                : AopUtils.getTargetClass(singleton);
        return type == null || beans.getMergedBeanDefinition(name).isAbstract() ? null : type;
    }

    private void check(Class<?> type, Method method, LeasePlan plan) {
        try {
            leases.check(plan.request());
            if (plan.leader()) {
                elections.enlist(plan.request());
            }
        } catch (IllegalArgumentException e) {
            String action = plan.request().resources().isEmpty()
                    ? "Correct the annotation."
                    : "Where resources are declared, set 'muster.lease.guard.data-source' to true, or define a bean of type Fence.";
            throw new LeaseSetupException(
                    (plan.leader() ? "@LeaderOnly" : "@Leased") + " of " + MethodRules.where(type, method)
                            + " cannot work: " + e.getMessage(),
                    action,
                    e);
        }
    }

    private void requireProxy(String name, @Nullable Object bean) {
        if (bean != null && !postProcessor.stands(bean)) {
            throw new LeaseSetupException(
                    "bean \"" + name + "\" of " + bean.getClass().getName()
                            + " must have a proxy for its leases but was made before there are any",
                    "Let no BeanPostProcessor depend on it, or call Leases yourself.",
                    null);
        }
    }
}
