package io.muster.samples.inventory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The service {@code inventory}. Nothing here mentions the registry: the starter on the class path registers each
 * instance, and callers find it by its application name.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class InventoryApplication {
    /** Starts an instance. */
    public static void main(String[] args) {
        SpringApplication.run(InventoryApplication.class, args);
    }
}
