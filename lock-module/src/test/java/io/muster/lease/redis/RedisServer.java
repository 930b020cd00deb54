package io.muster.lease.redis;

import io.lettuce.core.RedisURI;
import io.muster.lease.jdbc.Databases;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** A real Redis in a container that ends with it. */
public final class RedisServer {
    private static final GenericContainer<?> CONTAINER =
            new GenericContainer<>(DockerImageName.parse("redis:7")).withExposedPorts(6379);

    private RedisServer() {}

    /** Skips the test, aloud, where there is no engine for containers. */
    public static synchronized RedisURI uri() {
        Databases.requireDocker("Redis");
        if (!CONTAINER.isRunning()) {
            CONTAINER.start();
            Runtime.getRuntime().addShutdownHook(new Thread(CONTAINER::stop));
        }
        return RedisURI.create(CONTAINER.getHost(), CONTAINER.getMappedPort(6379));
    }
}
