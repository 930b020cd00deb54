package io.muster.benchmarks.lease;

import java.time.Duration;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.ClockProvider;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.provider.redis.spring.RedisLockProvider;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/** ShedLock as its manual sets it up. */
final class ShedLocks {
    private ShedLocks() {}

    /** On the database's time, as ours. */
    static ExtensibleLockProvider overJdbc(DataSource dataSource) {
        return new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                .withJdbcTemplate(new JdbcTemplate(dataSource))
                .usingDbTime()
                .build());
    }

    static ExtensibleLockProvider overRedis(LettuceConnectionFactory connections) {
        return new RedisLockProvider(connections);
    }

    /** Connections as Boot would make them; the caller destroys them. */
    static LettuceConnectionFactory connections(Address address) {
        LettuceConnectionFactory connections =
                new LettuceConnectionFactory(new RedisStandaloneConfiguration(Address.HOST, address.port()));
        connections.afterPropertiesSet();
        connections.start();
        return connections;
    }

    /** A request for a lock that is released at once. */
    static LockConfiguration request(String name, Duration atMost) {
        return new LockConfiguration(ClockProvider.now(), name, atMost, Duration.ZERO);
    }
}
