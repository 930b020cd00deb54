package io.muster.stacks.openfeign;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The service that is called. What its instances in this process hold open stands in a static field, for the test. */
@RestController
@TestConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Stock {
    static final Queue<CountDownLatch> held = new ConcurrentLinkedQueue<>();

    private final String id;

    Stock(Environment environment) {
        this.id = environment.getRequiredProperty("muster.instance.id");
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Stock.class, arguments);
    }

    @GetMapping("/who")
    String who() {
        return id;
    }

    @PostMapping("/echo")
    String echo(@RequestBody String body) {
        return body;
    }

    /** Answers when the test lets it. */
    @GetMapping("/slow")
    String slow() throws InterruptedException {
        hold();
        return id;
    }

    @GetMapping("/error")
    String error() {
        throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
    }

    /** Says who it is, and the rest when the test lets it. */
    @GetMapping("/stream")
    void stream(HttpServletResponse response) throws IOException, InterruptedException {
        begin(response);
        hold();
        response.getOutputStream().write("rest".getBytes(StandardCharsets.UTF_8));
    }

    /** Begins an answer and breaks the connection. */
    @GetMapping("/broken")
    void broken(HttpServletResponse response) throws IOException {
        begin(response);
        throw new IOException("broken");
    }

    private void begin(HttpServletResponse response) throws IOException {
        response.getOutputStream().write((id + "\n").getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
    }

    private static void hold() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        held.add(latch);
        latch.await();
    }
}
