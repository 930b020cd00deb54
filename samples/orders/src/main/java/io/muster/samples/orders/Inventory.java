package io.muster.samples.orders;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;

/** What orders uses of the service {@code inventory}. */
interface Inventory {
    /** Names the instance that answered. */
    String INSTANCE = "X-Instance";

    /** An article; an unknown one is a {@code 404}. */
    @GetExchange("/items/{sku}")
    ResponseEntity<Item> item(@PathVariable String sku);

    /**
     * An article.
     *
     * @param sku its number
     * @param priceCents the price of one, in cents
     * @param inStock how many there are
     */
    record Item(String sku, long priceCents, int inStock) {}
}
