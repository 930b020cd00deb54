package io.muster.lease.spring;

import io.muster.lease.LeaseRequest;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.Schedules;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Reads the annotations of classes, each class once. Thread-safe. */
final class LeasePlans {
    private static final Logger log = LoggerFactory.getLogger(LeasePlans.class);

    private final UnaryOperator<String> values;
    private final Map<Class<?>, Map<Method, LeasePlan>> plans = new ConcurrentHashMap<>();

    /** @param values replaces the placeholders of a text */
    LeasePlans(UnaryOperator<String> values) {
        this.values = values;
    }

    /**
     * The plans of a class's annotated methods, its own and inherited ones.
     *
     * @throws LeaseSetupException if an annotation cannot work
     */
    Map<Method, LeasePlan> of(Class<?> type) {
        Class<?> user = ClassUtils.getUserClass(type);
        Map<Method, LeasePlan> known = plans.get(user);
        if (known == null) {
            known = select(user);
            plans.put(user, known);
        }
        return known;
    }

    private Map<Method, LeasePlan> select(Class<?> type) {
        if (!AnnotationUtils.isCandidateClass(type, List.of(Leased.class, LeaderOnly.class))) {
            return Map.of();
        }
        try {
            Map<Method, LeasePlan> found = MethodIntrospector.selectMethods(
                    type, (MethodIntrospector.MetadataLookup<LeasePlan>) method -> read(type, method));
            return found.isEmpty() ? Map.of() : found;
        } catch (IllegalStateException | NoClassDefFoundError e) {
            // A class of somebody's with types that are not on the class path: no proxy of it could be made either.
            log.debug("The methods of {} cannot be read", type, e);
            return Map.of();
        }
    }

    /** The plan of a method as it is called on an object of that class; null when it is not annotated. */
    @Nullable
    LeasePlan find(Method method, Class<?> type) {
        Class<?> user = ClassUtils.getUserClass(type);
        Map<Method, LeasePlan> known = of(user);
        LeasePlan plan = known.get(AopUtils.getMostSpecificMethod(method, user));
        // A proxy of interfaces overrides their methods and has no annotations of its own.
        return plan == null ? known.get(method) : plan;
    }

    @SuppressWarnings("NullAway") // the introspector takes null for "not annotated"
    private LeasePlan read(Class<?> type, Method method) {
        Leased leased = AnnotatedElementUtils.findMergedAnnotation(method, Leased.class);
        LeaderOnly leader = AnnotatedElementUtils.findMergedAnnotation(method, LeaderOnly.class);
        String where = MethodRules.where(type, method);
        if (leased != null && leader != null) {
            throw new LeaseSetupException(
                    where + " must have @Leased or @LeaderOnly but had both",
                    "Take away one of them: a leader has a lease already.",
                    null);
        }
        if (leased != null) {
            MethodRules.check("@Leased", type, method);
            LeaseRequest request =
                    request(where, "@Leased", leased.name(), leased.ttl(), leased.maxHold(), leased.resources());
            CronTicks ticks = leased.once() == OncePer.TICK ? ticks(where, method) : null;
            return new LeasePlan(request, false, ticks, MethodRules.skipped(method));
        }
        if (leader != null) {
            MethodRules.check("@LeaderOnly", type, method);
            LeaseRequest request = request(where, "@LeaderOnly", leader.role(), leader.ttl(), "", leader.resources());
            return new LeasePlan(request, true, null, MethodRules.skipped(method));
        }
        return null;
    }

    private LeaseRequest request(
            String where, String annotation, String name, String ttl, String maxHold, String[] resources) {
        try {
            List<String> named = new ArrayList<>();
            for (String resource : resources) {
                named.add(values.apply(resource));
            }
            return new LeaseRequest(
                    values.apply(name), duration("ttl", ttl), duration("maxHold", maxHold), Set.copyOf(named), null);
        } catch (IllegalArgumentException e) {
            throw new LeaseSetupException(
                    annotation + " of " + where + " cannot be used: " + e.getMessage(), "Correct the annotation.", e);
        }
    }

    private @Nullable Duration duration(String attribute, String text) {
        String value = values.apply(text);
        if (!StringUtils.hasText(value)) {
            return null;
        }
        try {
            return DurationStyle.detectAndParse(value.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    attribute + " must be a duration such as 15s but was \"" + value + "\"", e);
        }
    }

    private CronTicks ticks(String where, Method method) {
        Set<Scheduled> schedules =
                AnnotatedElementUtils.getMergedRepeatableAnnotations(method, Scheduled.class, Schedules.class);
        if (schedules.isEmpty() || !schedules.stream().allMatch(schedule -> StringUtils.hasText(schedule.cron()))) {
            throw new LeaseSetupException(
                    where
                            + " must be scheduled by cron alone with once = TICK, because nothing else plans times that all"
                            + " processes know",
                    "Use @Scheduled(cron = …), or once = CALL.",
                    null);
        }
        List<CronTicks.Cron> crons = new ArrayList<>();
        for (Scheduled schedule : schedules) {
            String cron = values.apply(schedule.cron());
            if (!cron.equals(Scheduled.CRON_DISABLED)) {
                crons.add(cron(where, cron, values.apply(schedule.zone())));
            }
        }
        return new CronTicks(crons);
    }

    private static CronTicks.Cron cron(String where, String cron, String zone) {
        try {
            ZoneId zoneId = StringUtils.hasText(zone)
                    ? StringUtils.parseTimeZoneString(zone).toZoneId()
                    : TimeZone.getDefault().toZoneId();
            return new CronTicks.Cron(CronExpression.parse(cron), zoneId);
        } catch (IllegalArgumentException e) {
            throw new LeaseSetupException(
                    "the schedule of " + where + " cannot be used: " + e.getMessage(), "Correct the annotation.", e);
        }
    }
}
