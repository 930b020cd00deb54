package io.muster.lease.spring.http;

import io.muster.lease.FencingContext;
import io.muster.lease.http.RequireFence;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Spring WebFlux on Netty, and WebClient. */
class ReactiveEndpointTest extends EndpointContract {
    @Override
    WebApplicationType type() {
        return WebApplicationType.REACTIVE;
    }

    @Override
    Class<?> endpoints() {
        return Application.class;
    }

    @Override
    int post(ConfigurableApplicationContext context, URI uri) {
        return Objects.requireNonNull(context.getBean(WebClient.Builder.class)
                .build()
                .post()
                .uri(uri)
                .exchangeToMono(response ->
                        response.releaseBody().thenReturn(response.statusCode().value()))
                .block());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Guarded.class, Open.class})
    static class Application {
        @Bean
        NettyReactiveWebServerFactory netty() {
            return new NettyReactiveWebServerFactory();
        }
    }

    /** What several endpoints have in common can stand on an interface. */
    @RequireFence(value = "ledger", leases = "close")
    interface LedgerEndpoints {}

    @RestController
    static class Guarded implements LedgerEndpoints {
        private final Ledger ledger;

        Guarded(Ledger ledger) {
            this.ledger = ledger;
        }

        @PostMapping("/ledger/{amount}")
        Mono<Long> add(@PathVariable long amount) {
            return ReactiveFencing.call(() -> ledger.add(amount));
        }

        @GetMapping("/ledger")
        Flux<String> total() {
            return ReactiveFencing.call(ledger::total).map(String::valueOf).flux();
        }

        @PostMapping("/both/{amount}")
        @RequireFence(
                value = "report",
                leases = {"day", "night"})
        Mono<Long> both(@PathVariable long amount) {
            return Mono.just(amount)
                    .publishOn(Schedulers.single())
                    .flatMap(n -> ReactiveFencing.call(() -> ledger.add(n)));
        }

        @PostMapping("/autocommit/{amount}")
        Mono<Long> autocommit(@PathVariable long amount) {
            return ReactiveFencing.call(() -> ledger.addInAutocommit(amount));
        }
    }

    @RestController
    static class Open {
        private final Ledger ledger;

        Open(Ledger ledger) {
            this.ledger = ledger;
        }

        @GetMapping("/open")
        Mono<String> open(@RequestHeader(name = "Fencing-Token", required = false) @Nullable String token) {
            return Mono.fromCallable(() -> token + " " + FencingContext.tokens() + " " + ledger.total())
                    .subscribeOn(Schedulers.boundedElastic());
        }

        @PostMapping("/open/{amount}")
        Mono<Long> add(@PathVariable long amount) {
            return Mono.fromCallable(() -> ledger.add(amount)).subscribeOn(Schedulers.boundedElastic());
        }
    }
}
