package io.muster.stacks.gateway;

import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableChannel;
import reactor.netty.http.server.HttpServerRequest;

/** The service behind the gateway. What its instances in this process hold open or do wrong stands
 * in static fields, for the test. */
@RestController
@TestConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Stock {
    static final AtomicInteger waiting = new AtomicInteger();
    static final AtomicInteger drops = new AtomicInteger();
    static final Queue<Sinks.Many<String>> streams = new ConcurrentLinkedQueue<>();

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

    /** Never answers. */
    @GetMapping("/slow")
    Mono<String> slow() {
        return Mono.<String>never().doOnSubscribe(subscription -> waiting.incrementAndGet());
    }

    @GetMapping("/error")
    Mono<String> error() {
        return Mono.error(new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR));
    }

    /** Says who it is, and then what the test puts into the stream. */
    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<String> stream() {
        Sinks.Many<String> stream = Sinks.many().unicast().onBackpressureBuffer();
        streams.add(stream);
        return Flux.concat(Mono.just(id), stream.asFlux());
    }

    /** Begins an answer and breaks the connection. */
    @GetMapping(path = "/broken", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<String> broken() {
        return Flux.concat(Mono.just(id), Mono.error(new IOException("broken")));
    }

    /** Drops the connections of as many requests as the test says, without an answer. */
    @RequestMapping("/flaky")
    Mono<String> flaky(ServerWebExchange exchange) {
        if (drops.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return Mono.just(id);
        }
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        request.withConnection(DisposableChannel::dispose);
        return Mono.never();
    }

    @Bean
    static HandlerMapping sockets() {
        WebSocketHandler echo = session ->
                session.send(session.receive().map(message -> session.textMessage(message.getPayloadAsText())));
        return new SimpleUrlHandlerMapping(Map.of("/socket", echo), Ordered.HIGHEST_PRECEDENCE);
    }
}
