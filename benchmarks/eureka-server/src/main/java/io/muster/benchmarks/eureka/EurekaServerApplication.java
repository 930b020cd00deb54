package io.muster.benchmarks.eureka;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;

/** The rival: one Eureka server without peers; all else is as Spring Cloud ships it. */
@EnableEurekaServer
@SpringBootApplication(proxyBeanMethods = false)
public class EurekaServerApplication {
    /** Starts the server. */
    public static void main(String[] args) {
        SpringApplication.run(EurekaServerApplication.class, args);
    }
}
