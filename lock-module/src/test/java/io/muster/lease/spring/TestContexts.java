package io.muster.lease.spring;

import java.util.UUID;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.autoconfigure.transaction.TransactionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Applications with leases. */
final class TestContexts {
    private TestContexts() {}

    /** Leases in memory, each application's own. */
    static ApplicationContextRunner inMemory(Class<?>... configurations) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(MusterLeaseAutoConfiguration.class))
                .withPropertyValues("muster.lease.store=memory", "muster.lease.ttl=20s")
                .withUserConfiguration(configurations);
    }

    /** Leases in a new H2 database, which all applications of this runner share, and transactions over it. */
    static ApplicationContextRunner h2(Class<?>... configurations) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TaskSchedulingAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        MusterLeaseAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                        "muster.lease.jdbc.create-schema=true",
                        "muster.lease.ttl=20s")
                .withUserConfiguration(configurations);
    }
}
