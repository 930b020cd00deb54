package io.muster.quorum.cluster;

import io.muster.registry.RegistryApplication;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * A registry whose monotonic clock runs at another rate than the machine's, and whose time of day jumps by hours, forward and
 * back, a few times a second. Which rate a node has says {@code quorum.rates}, by the number in its id.
 */
public final class SkewedRegistry {
    static final String MAIN = "io.muster.quorum.cluster.SkewedRegistry";
    private static final long STEP_NANOS = Duration.ofMillis(300).toNanos();
    private static final long FARTHEST_SECONDS = Duration.ofDays(2).toSeconds();

    private SkewedRegistry() {}

    /** Runs it until it is ended. */
    public static void main(String[] args) {
        RegistryApplication.builder().initializers(SkewedRegistry::skew).run(args);
    }

    private static void skew(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        List<Double> rates = List.of(environment.getRequiredProperty("quorum.rates", Double[].class));
        int node = Integer.parseInt(
                environment.getRequiredProperty("muster.server.raft.id").substring(1));
        context.getBeanFactory().addBeanPostProcessor(new Skew(rates.get(node)));
        System.out.println("the clock of this node runs at " + rates.get(node));
    }

    private record Skew(double rate) implements BeanPostProcessor {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            if (name.equals("nanoClock") && bean instanceof LongSupplier clock) {
                long start = clock.getAsLong();
                return (LongSupplier) () -> start + (long) ((clock.getAsLong() - start) * rate);
            }
            if (name.equals("wallClock") && bean instanceof InstantSource) {
                return (InstantSource) () -> InstantSource.system().instant().plusSeconds(step());
            }
            return bean;
        }

        private static long step() {
            return new SplittableRandom(System.nanoTime() / STEP_NANOS).nextLong(-FARTHEST_SECONDS, FARTHEST_SECONDS);
        }
    }
}
