package io.muster.lease.spring.http;

import io.muster.lease.http.FenceGate;
import io.muster.lease.http.RequireFence;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.web.method.HandlerMethod;

/** Refuses at the start what would stand unguarded though it is annotated. */
final class EndpointCheck {
    private static final Logger log = LoggerFactory.getLogger(EndpointCheck.class);

    private final ConfigurableListableBeanFactory beans;
    private final EndpointRules rules;
    private final ObjectProvider<FenceGate> gate;

    EndpointCheck(ConfigurableListableBeanFactory beans, EndpointRules rules, ObjectProvider<FenceGate> gate) {
        this.beans = beans;
        this.rules = rules;
        this.gate = gate;
    }

    /**
     * Makes the gate, if there is an endpoint for it.
     *
     * @param endpoints all handler methods of the application
     * @param obstacle says of one that is annotated why it cannot work; empty if it can
     * @throws IllegalStateException names what cannot work, and why
     */
    void check(Collection<HandlerMethod> endpoints, Function<HandlerMethod, Optional<String>> obstacle) {
        boolean guarded = false;
        Set<Method> methods = new HashSet<>();
        Set<Class<?>> types = new HashSet<>();
        for (HandlerMethod endpoint : endpoints) {
            methods.add(endpoint.getMethod());
            types.add(endpoint.getBeanType());
            if (!rules.of(endpoint).isEmpty()) {
                guarded = true;
                obstacle.apply(endpoint).ifPresent(reason -> {
                    throw refused(endpoint.getShortLogMessage(), reason);
                });
            }
        }
        for (String name : beans.getBeanDefinitionNames()) {
            Class<?> type = typeOf(name);
            if (type != null && !type.isInterface() && !Proxy.isProxyClass(type)) {
                try {
                    requireEndpoints(type, types, methods);
                } catch (LinkageError e) {
                    log.debug("Bean \"{}\" has methods with types that are not there, so it is no endpoint", name, e);
                }
            }
        }
        if (guarded) {
            FenceGate unused = gate.getObject();
        }
    }

    private @Nullable Class<?> typeOf(String beanName) {
        try {
            Class<?> type = AutoProxyUtils.determineTargetClass(beans, beanName);
            return type == null ? null : ClassUtils.getUserClass(type);
        } catch (RuntimeException | LinkageError e) {
            log.debug("The type of bean \"{}\" cannot be known", beanName, e);
            return null;
        }
    }

    private static void requireEndpoints(Class<?> type, Set<Class<?>> types, Set<Method> endpoints) {
        if (isAnnotated(type) && !types.contains(type)) {
            throw refused(type.getName(), "no method of it is an annotated endpoint");
        }
        for (Class<?> declaring = type;
                declaring != null && declaring != Object.class;
                declaring = declaring.getSuperclass()) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (isAnnotated(method)
                        && !method.isBridge()
                        && !endpoints.contains(BridgeMethodResolver.getMostSpecificMethod(method, type))) {
                    throw refused(
                            type.getName() + "#" + method.getName(),
                            "it is no endpoint: the annotation works on handler methods of controllers alone");
                }
            }
        }
    }

    /** Interfaces do not count: a client may share one with the controller. */
    private static boolean isAnnotated(AnnotatedElement element) {
        return MergedAnnotations.from(element).isPresent(RequireFence.class);
    }

    private static IllegalStateException refused(String where, String reason) {
        return new IllegalStateException("@RequireFence cannot work on " + where + ": " + reason);
    }
}
