package io.muster.client.spring.process;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The service that is killed and stopped. */
@RestController
@TestConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Worker {
    public static void main(String[] arguments) {
        SpringApplication.run(Worker.class, arguments);
    }

    @RequestMapping("/work")
    long work() throws InterruptedException {
        // A handler that takes its time, not a wait of the test.
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(40));
        return ProcessHandle.current().pid();
    }
}
