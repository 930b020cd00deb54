package io.muster.stacks.leases;

import io.muster.registry.RegistryApplication;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A real registry with leases, in a directory of its own, whose time can be moved on. */
final class LeaseRegistry implements AutoCloseable {
    private final ConfigurableApplicationContext context;
    private final AtomicLong ahead;

    private LeaseRegistry(ConfigurableApplicationContext context, AtomicLong ahead) {
        this.context = context;
        this.ahead = ahead;
    }

    /** @param port 0 for any */
    static LeaseRegistry start(Path directory, int port, String... properties) {
        AtomicLong ahead = new AtomicLong();
        LongSupplier clock = () -> System.nanoTime() + ahead.get();
        String[] arguments = new String[properties.length + 3];
        arguments[0] = "--server.port=" + port;
        arguments[1] = "--muster.server.data-dir=" + directory;
        // The lock module is on this class path for the applications under test.
        arguments[2] = "--muster.lease.enabled=false";
        for (int i = 0; i < properties.length; i++) {
            arguments[i + 3] = "--" + properties[i];
        }
        ConfigurableApplicationContext context = RegistryApplication.builder()
                .initializers(starting -> ((GenericApplicationContext) starting)
                        .registerBean("testClock", LongSupplier.class, () -> clock, bean -> bean.setPrimary(true)))
                .run(arguments);
        return new LeaseRegistry(context, ahead);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    @Override
    public void close() {
        context.close();
    }
}
