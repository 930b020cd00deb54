package io.muster.lease.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.FencingContext;
import io.muster.lease.Lease;
import io.muster.lease.http.RequireFence;
import io.muster.lease.spring.Warnings;
import java.net.URI;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Spring MVC on Tomcat, and RestClient. */
class ServletEndpointTest extends EndpointContract {
    @Override
    WebApplicationType type() {
        return WebApplicationType.SERVLET;
    }

    @Override
    Class<?> endpoints() {
        return Application.class;
    }

    @Override
    int post(ConfigurableApplicationContext context, URI uri) {
        return context.getBean(RestClient.Builder.class)
                .build()
                .post()
                .uri(uri)
                .exchange((request, response) -> response.getStatusCode().value());
    }

    @Test
    void workThatGoesOnAfterItsEndpointHasReturnedIsWarnedOf() throws Exception {
        try (Lease lease = take();
                Warnings warnings = new Warnings(ServletGuard.class)) {
            assertThat(call("GET", "/later", lease).body()).isEqualTo("[]");
            assertThat(call("GET", "/later", lease).body()).isEqualTo("[]");
            assertThat(warnings.messages())
                    .singleElement()
                    .asString()
                    .contains("#later", "goes on after it has returned");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Guarded.class, Partly.class})
    static class Application {}

    /** Guarded as a whole. */
    @RestController
    @RequireFence(value = "ledger", leases = "close")
    static class Guarded {
        private final Ledger ledger;

        Guarded(Ledger ledger) {
            this.ledger = ledger;
        }

        @PostMapping("/ledger/{amount}")
        long add(@PathVariable long amount) {
            return ledger.add(amount);
        }

        @GetMapping("/ledger")
        long total() {
            return ledger.total();
        }

        @PostMapping("/both/{amount}")
        @RequireFence(
                value = "report",
                leases = {"day", "night"})
        long both(@PathVariable long amount) {
            return ledger.add(amount);
        }

        /** Its type does not tell that it is not done yet. */
        @GetMapping("/later")
        Object later() {
            return (Callable<String>) () -> String.valueOf(FencingContext.tokens());
        }

        @PostMapping("/autocommit/{amount}")
        long autocommit(@PathVariable long amount) {
            return ledger.addInAutocommit(amount);
        }
    }

    @RestController
    static class Partly {
        private final Ledger ledger;

        Partly(Ledger ledger) {
            this.ledger = ledger;
        }

        @GetMapping("/open")
        String open(@RequestHeader(name = "Fencing-Token", required = false) @Nullable String token) {
            return token + " " + FencingContext.tokens() + " " + ledger.total();
        }

        @PostMapping("/open/{amount}")
        long add(@PathVariable long amount) {
            return ledger.add(amount);
        }
    }
}
