package io.muster.samples.inventory;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /items/{sku}}: price and stock; the header {@code X-Instance} says by its port which instance answered. */
@RestController
class ItemController {
    private final Stock stock;

    ItemController(Stock stock) {
        this.stock = stock;
    }

    @GetMapping("/items/{sku}")
    ResponseEntity<Item> item(@PathVariable String sku, HttpServletRequest request) {
        String instance = String.valueOf(request.getLocalPort());
        return stock.find(sku)
                .map(item -> ResponseEntity.ok().header("X-Instance", instance).body(item))
                .orElseGet(() ->
                        ResponseEntity.notFound().header("X-Instance", instance).build());
    }
}
