package io.muster.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.registry.RegistryApplication;
import io.muster.samples.inventory.InventoryApplication;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** The real thing: a registry, two inventory and one orders, each its own application on a random port. */
class OrdersApplicationTest {
    private static ConfigurableApplicationContext registry;
    private static ConfigurableApplicationContext firstInventory;
    private static ConfigurableApplicationContext secondInventory;
    private static ConfigurableApplicationContext orders;
    private static TestRestTemplate http;

    @BeforeAll
    static void start() {
        registry = RegistryApplication.builder()
                .run(
                        "--server.port=0",
                        "--muster.server.data-dir=",
                        "--spring.config.location=optional:classpath:/no-config/");
        firstInventory = startInventory();
        secondInventory = startInventory();
        orders = new SpringApplicationBuilder(OrdersApplication.class)
                .web(WebApplicationType.SERVLET)
                .run("--server.port=0", "--spring.http.client.read-timeout=60s", registryUrl());
        http = new TestRestTemplate(new RestTemplateBuilder().rootUri("http://127.0.0.1:" + port(orders)));
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(place("warm-up-" + System.nanoTime(), "sku-1", 1)
                                .getStatusCode())
                        .isEqualTo(HttpStatus.CREATED));
    }

    @AfterAll
    static void stop() {
        orders.close();
        secondInventory.close();
        firstInventory.close();
        registry.close();
    }

    private static ConfigurableApplicationContext startInventory() {
        return new SpringApplicationBuilder(InventoryApplication.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--spring.application.name=inventory",
                        "--spring.sql.init.schema-locations=classpath:inventory/schema.sql",
                        registryUrl());
    }

    private static String registryUrl() {
        return "--muster.registry.urls=http://127.0.0.1:" + port(registry);
    }

    private static int port(ConfigurableApplicationContext context) {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private static ResponseEntity<Order> place(String key, String sku, int quantity) {
        return http.postForEntity("/orders", new Order.Request(key, sku, quantity), Order.class);
    }

    private static long count() {
        return orders.getBean(OrderBook.class).count();
    }

    @Test
    void pricesAndStoresAnOrderOnce() {
        long before = count();

        ResponseEntity<Order> first = place("once", "sku-1", 3);
        ResponseEntity<Order> again = place("once", "sku-1", 3);

        assertThat(first.getStatusCode()).isEqualTo(HttpStatus.CREATED);
        assertThat(first.getBody()).isEqualTo(new Order("once", "sku-1", 3, 3 * 8019));
        assertThat(again.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(again.getBody()).isEqualTo(first.getBody());
        assertThat(count()).isEqualTo(before + 1);
    }

    @Test
    void refusesAnotherOrderUnderAKnownKey() {
        assertThat(place("taken", "sku-1", 3).getStatusCode()).isEqualTo(HttpStatus.CREATED);
        assertThat(place("taken", "sku-2", 3).getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
    }

    @Test
    void refusesAnUnknownArticleAndBadQuantitiesAndStoresNothing() {
        long before = count();

        assertThat(place("unknown", "sku-501", 1).getStatusCode()).isEqualTo(HttpStatus.UNPROCESSABLE_ENTITY);
        assertThat(http.postForEntity("/orders", new Raw("many", "sku-1", 1001), String.class)
                        .getStatusCode())
                .isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(http.postForEntity("/orders", new Raw("", "sku-1", 1), String.class)
                        .getStatusCode())
                .isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(count()).isEqualTo(before);
    }

    @Test
    void asksEveryInstanceOfInventory() {
        Set<String> asked = new TreeSet<>();
        AtomicInteger number = new AtomicInteger();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            for (int i = 0; i < 100; i++) {
                String key = "spread-" + number.incrementAndGet();
                asked.add(place(key, "sku-1", 1).getHeaders().getFirst("X-Inventory-Instance"));
            }
            assertThat(asked)
                    .containsExactlyInAnyOrder(
                            String.valueOf(port(firstInventory)), String.valueOf(port(secondInventory)));
        });
    }

    private record Raw(String key, String sku, int quantity) {}
}
