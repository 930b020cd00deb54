package io.muster.lease.spring;

import io.muster.lease.Leases;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Checks all annotated methods once the beans are there, those of lazy beans too: that the request can work with this store and
 * these fences, and that a proxy stands before the bean. Enlists the roles.
 */
final class LeaseStartCheck implements SmartInitializingSingleton {
    private static final Logger log = LoggerFactory.getLogger(LeaseStartCheck.class);

    private final ConfigurableListableBeanFactory beans;
    private final LeasePostProcessor postProcessor;
    private final MadeBeans made;
    private final Leases leases;
    private final LeaderElections elections;

    LeaseStartCheck(
            ConfigurableListableBeanFactory beans,
            LeasePostProcessor postProcessor,
            MadeBeans made,
            Leases leases,
            LeaderElections elections) {
        this.beans = beans;
        this.postProcessor = postProcessor;
        this.made = made;
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
        for (String name : beans.getSingletonNames()) {
            if (!beans.containsBeanDefinition(name)) {
                refuseAnnotations(name, beans.getSingleton(name));
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
        if (bean == null || postProcessor.stands(bean)) {
            return;
        }
        if (!made.contains(name)) {
            log.info(
                    "Bean \"{}\" was replaced by a ready-made {}, as tests do; its leases are not taken",
                    name,
                    bean.getClass().getName());
            return;
        }
        throw new LeaseSetupException(
                "bean \"" + name + "\" of " + bean.getClass().getName()
                        + " must have a proxy for its leases but was made before there are any",
                "Let no BeanPostProcessor depend on it, or call Leases yourself.",
                null);
    }

    /** What was registered as an object has passed no post-processor. */
    private void refuseAnnotations(String name, @Nullable Object bean) {
        if (bean != null
                && !postProcessor.stands(bean)
                && !postProcessor.plans().of(AopUtils.getTargetClass(bean)).isEmpty()) {
            throw new LeaseSetupException(
                    "bean \"" + name + "\" of " + bean.getClass().getName()
                            + " must have a proxy for its leases but was registered as a ready-made object",
                    "Register a definition of it, as @Bean and @Component do; or call Leases yourself.",
                    null);
        }
    }
}
