package io.muster.benchmarks.failures;

import java.util.List;

/** What is compared: a registry with its clients, each at its defaults. */
enum Stack {
    MUSTER("registry-service", "benchmarks/failures", "/actuator/health/liveness"),
    EUREKA("benchmarks/eureka-server", "benchmarks/eureka-calls", "/eureka/apps");

    private final String registry;
    private final String calls;
    private final String health;

    Stack(String registry, String calls, String health) {
        this.registry = registry;
        this.calls = calls;
        this.health = health;
    }

    /** The module of the registry's executable jar. */
    String registry() {
        return registry;
    }

    /** The module of the executable jar of instances and callers. */
    String calls() {
        return calls;
    }

    /** What the registry answers once it runs. */
    String health() {
        return health;
    }

    /** What tells an application where the registry is. */
    List<String> client(String host, int port) {
        return this == MUSTER
                ? List.of("--muster.registry.urls=http://" + host + ":" + port)
                : List.of("--eureka.client.service-url.defaultZone=http://" + host + ":" + port + "/eureka/");
    }

    /** What an instance says of itself beyond its defaults: where it is reached when it does not find that out. */
    List<String> instance() {
        return this == MUSTER
                ? List.of("--muster.registry.view-file=")
                : List.of("--eureka.instance.prefer-ip-address=true", "--eureka.instance.ip-address=127.0.0.1");
    }

    /** What a caller is told beyond its defaults. */
    List<String> caller(boolean retries) {
        return this == MUSTER
                ? List.of("--muster.load-balancer.retry.enabled=" + retries)
                : List.of("--eureka.client.register-with-eureka=false");
    }
}
