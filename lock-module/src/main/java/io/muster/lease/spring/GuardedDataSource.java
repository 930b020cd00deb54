package io.muster.lease.spring;

import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.Ordered;

/**
 * Puts the guard around the application's single or primary data source when it is made, so that whoever it is given to has the
 * guarded one. The store and the fence themselves use the one within.
 */
final class GuardedDataSource implements BeanPostProcessor, Ordered {
    private final ConfigurableListableBeanFactory beans;
    private final Supplier<JdbcFence> fence;
    private final Supplier<Optional<Duration>> transactionLimit;
    private volatile @Nullable DataSource unguarded;
    private volatile @Nullable DataSource guarded;

    /**
     * Guards nothing yet.
     *
     * @param fence gives the fence over what {@link #within} answers; asked when a transaction is to be fenced
     * @param transactionLimit empty for the usual one; asked when the data source is made
     */
    GuardedDataSource(
            ConfigurableListableBeanFactory beans,
            Supplier<JdbcFence> fence,
            Supplier<Optional<Duration>> transactionLimit) {
        this.beans = beans;
        this.fence = fence;
        this.transactionLimit = transactionLimit;
    }

    /** Last, around what others put around it. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof DataSource dataSource) || bean instanceof FencedDataSource || !isChosen(beanName)) {
            return bean;
        }
        FencedDataSource usual = new FencedDataSource(dataSource, fence);
        FencedDataSource wrapped =
                transactionLimit.get().map(usual::withTransactionLimit).orElse(usual);
        unguarded = dataSource;
        guarded = wrapped;
        return wrapped;
    }

    /** The data source that this guard was put around; the given one where it was put around another or none. */
    DataSource within(DataSource dataSource) {
        DataSource inner = unguarded;
        return inner != null && dataSource == guarded ? inner : dataSource;
    }

    /** Whether the guard was put around this data source. */
    boolean guards(DataSource dataSource) {
        return dataSource == guarded;
    }

    private boolean isChosen(String beanName) {
        List<String> candidates = Arrays.stream(beans.getBeanNamesForType(DataSource.class, false, false))
                .filter(this::isCandidate)
                .toList();
        return candidates.size() == 1
                ? candidates.contains(beanName)
                : candidates.contains(beanName)
                        && beans.getMergedBeanDefinition(beanName).isPrimary();
    }

    private boolean isCandidate(String name) {
        if (!beans.containsBeanDefinition(name)) {
            return true;
        }
        BeanDefinition definition = beans.getMergedBeanDefinition(name);
        return definition.isAutowireCandidate()
                && !(definition instanceof AbstractBeanDefinition full && !full.isDefaultCandidate());
    }
}
