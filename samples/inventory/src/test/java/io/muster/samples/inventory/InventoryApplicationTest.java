package io.muster.samples.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** The service alone: nobody listens where it looks for the registry. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "muster.registry.urls=http://127.0.0.1:1")
class InventoryApplicationTest {
    @Autowired
    private TestRestTemplate http;

    @LocalServerPort
    private int port;

    @Test
    void answersPriceAndStockAndNamesTheInstance() {
        ResponseEntity<Item> answer = http.getForEntity("/items/sku-1", Item.class);

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(answer.getBody()).isEqualTo(new Item("sku-1", 8019, 6729));
        assertThat(answer.getHeaders().getFirst("X-Instance")).isEqualTo(String.valueOf(port));
    }

    @Test
    void knowsNoArticleBeyondTheLast() {
        assertThat(http.getForEntity("/items/sku-500", Item.class).getStatusCode())
                .isEqualTo(HttpStatus.OK);
        assertThat(http.getForEntity("/items/sku-501", Item.class).getStatusCode())
                .isEqualTo(HttpStatus.NOT_FOUND);
    }
}
