package io.muster.lease.spring;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;

/**
 * Puts the interceptor before annotated methods: first in the chain of a bean that has a proxy already, so that transactions
 * begin under the lease; with a proxy of the bean's class otherwise. It comes after those who make other proxies and before
 * the one who schedules what it finds, who would call the bean past a later proxy.
 */
final class LeasePostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {
    private static final long serialVersionUID = 1L;

    private final transient LeasePlans plans;

    LeasePostProcessor(LeasePlans plans, LeaseInterceptor interceptor) {
        this.plans = plans;
        this.advisor = new DefaultPointcutAdvisor(new Annotated(plans), interceptor);
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
        setOrder(LOWEST_PRECEDENCE - 100);
    }

    @Override
    protected boolean isEligible(Class<?> targetClass) {
        return !plans.of(targetClass).isEmpty();
    }

    LeasePlans plans() {
        return plans;
    }

    /** Whether this object is a proxy with the interceptor in it. */
    boolean stands(Object bean) {
        Advisor own = advisor;
        return own != null && bean instanceof Advised advised && advised.indexOf(own) >= 0;
    }

    /** The annotated methods. */
    private static final class Annotated extends StaticMethodMatcherPointcut {
        private final LeasePlans plans;

        private Annotated(LeasePlans plans) {
            this.plans = plans;
        }

        @Override
        public boolean matches(Method method, @Nullable Class<?> targetClass) {
            return plans.find(method, targetClass == null ? method.getDeclaringClass() : targetClass) != null;
        }
    }
}
