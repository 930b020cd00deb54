package io.muster.samples.reports;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The service {@code reports}. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableScheduling
public class ReportsApplication {
    /** Starts an instance. */
    public static void main(String[] args) {
        SpringApplication.run(ReportsApplication.class, args);
    }
}
