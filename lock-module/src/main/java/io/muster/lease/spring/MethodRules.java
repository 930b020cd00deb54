package io.muster.lease.spring;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.scheduling.annotation.Async;

/** Which methods can run under a lease at all: a proxy can stand before them, and their work ends when they return. */
final class MethodRules {
    /** By name, because most are not on every class path. */
    private static final Set<String> OUTLIVES_THE_CALL = Set.of(
            "java.util.concurrent.Callable",
            "java.util.concurrent.CompletionStage",
            "java.util.concurrent.Flow$Publisher",
            "java.util.concurrent.Future",
            "java.util.stream.BaseStream",
            "kotlinx.coroutines.flow.Flow",
            "org.reactivestreams.Publisher",
            "org.springframework.web.context.request.async.DeferredResult",
            "org.springframework.web.context.request.async.WebAsyncTask",
            "org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
            "org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody");

    private static final Set<String> LIFE_CYCLE =
            Set.of("jakarta.annotation.PostConstruct", "jakarta.annotation.PreDestroy");

    private MethodRules() {}

    /**
     * Checks what can be known without calling the method.
     *
     * @param annotation for the message, as in {@code @Leased}
     * @throws LeaseSetupException names the class, the method and the rule that it breaks
     */
    static void check(String annotation, Class<?> type, Method method) {
        String where = where(type, method);
        if (Modifier.isStatic(method.getModifiers())) {
            throw noProxy(annotation, where, "static");
        }
        if (Modifier.isPrivate(method.getModifiers())) {
            throw noProxy(annotation, where, "private");
        }
        if (Modifier.isFinal(method.getModifiers())) {
            throw noProxy(annotation, where, "final");
        }
        // One more can stand before a proxy of interfaces, as a Spring Data repository is one.
        if (Modifier.isFinal(type.getModifiers()) && !Proxy.isProxyClass(type)) {
            throw noProxy(annotation, where, "in a final class");
        }
        if (isHiddenFromProxies(type, method)) {
            throw noProxy(annotation, where, "visible only in the package of a superclass");
        }
        if (isCalledByTheContainer(method)) {
            throw new LeaseSetupException(
                    where + " must not be a callback of the bean's life cycle with " + annotation
                            + ", because those are called on the bean itself and not on its proxy",
                    "Do the work in an ApplicationRunner or when ApplicationReadyEvent comes; or call Leases yourself.",
                    null);
        }
        if (isAsync(type, method)) {
            throw outlives(annotation, where, "@Async");
        }
        if (KotlinDetector.isSuspendingFunction(method)) {
            throw outlives(annotation, where, "a suspending function");
        }
        Class<?> result = method.getReturnType();
        if (isAsyncResult(result) || ReactiveAdapterRegistry.getSharedInstance().getAdapter(result) != null) {
            throw outlives(annotation, where, "one that answers a " + result.getSimpleName());
        }
        if (result.isPrimitive() && result != void.class) {
            throw new LeaseSetupException(
                    "the result of " + where + " must not be primitive with " + annotation + " but was " + result
                            + ", because a call that is skipped has none",
                    "Let it answer nothing, an Optional, or an object, which is null then.",
                    null);
        }
    }

    static String where(Class<?> type, Method method) {
        return type.getName() + "." + method.getName() + "()";
    }

    /** What a skipped call answers. */
    static @Nullable Object skipped(Method method) {
        Class<?> result = method.getReturnType();
        if (result == Optional.class) {
            return Optional.empty();
        }
        if (result == OptionalInt.class) {
            return OptionalInt.empty();
        }
        if (result == OptionalLong.class) {
            return OptionalLong.empty();
        }
        return result == OptionalDouble.class ? OptionalDouble.empty() : null;
    }

    /** A proxy's class is in the package of the bean's class. */
    private static boolean isHiddenFromProxies(Class<?> type, Method method) {
        int visible = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.PRIVATE;
        return (method.getModifiers() & visible) == 0
                && !method.getDeclaringClass().getPackageName().equals(type.getPackageName());
    }

    private static boolean isCalledByTheContainer(Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method);
        if (LIFE_CYCLE.stream().anyMatch(annotations::isPresent)) {
            return true;
        }
        Class<?> type = method.getDeclaringClass();
        return method.getParameterCount() == 0
                && switch (method.getName()) {
                    case "afterPropertiesSet" -> InitializingBean.class.isAssignableFrom(type);
                    case "destroy" -> DisposableBean.class.isAssignableFrom(type);
                    default -> false;
                };
    }

    private static boolean isAsync(Class<?> type, Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, Async.class)
                || AnnotatedElementUtils.hasAnnotation(type, Async.class);
    }

    private static boolean isAsyncResult(@Nullable Class<?> type) {
        return type != null
                && (OUTLIVES_THE_CALL.contains(type.getName())
                        || isAsyncResult(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(MethodRules::isAsyncResult));
    }

    private static LeaseSetupException noProxy(String annotation, String where, String what) {
        return new LeaseSetupException(
                where + " must not be " + what + " with " + annotation + ", because no proxy can stand before it",
                "Change the method or its class, or call Leases yourself.",
                null);
    }

    private static LeaseSetupException outlives(String annotation, String where, String what) {
        return new LeaseSetupException(
                where + " must not be " + what + " with " + annotation
                        + ", because the lease would be given back while the work goes on",
                "Let it do its work before it returns; or call Leases in the thread that does it.",
                null);
    }
}
