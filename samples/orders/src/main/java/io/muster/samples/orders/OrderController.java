package io.muster.samples.orders;

import io.muster.client.spring.loadbalancer.NoInstanceException;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.ResourceAccessException;

/**
 * {@code POST /orders} prices, checks and stores an order: 201; the same order again: 200; another order under a known key:
 * 409; an unknown article or too little stock: 422; inventory out of reach: 503. The header {@code X-Inventory-Instance}
 * says which instance of inventory was asked.
 */
@RestController
class OrderController {
    private final Inventory inventory;
    private final OrderBook orders;

    OrderController(Inventory inventory, OrderBook orders) {
        this.inventory = inventory;
        this.orders = orders;
    }

    @PostMapping("/orders")
    ResponseEntity<Order> place(@RequestBody Order.Request request) {
        ResponseEntity<Inventory.Item> answer = inventory.item(request.sku());
        Inventory.Item item = Objects.requireNonNull(answer.getBody(), "inventory answered without a body");
        if (item.inStock() < request.quantity()) {
            throw refused(HttpStatus.UNPROCESSABLE_ENTITY, item.inStock() + " of " + item.sku() + " are in stock");
        }
        Order order = request.at(item.priceCents());
        HttpStatus status = HttpStatus.CREATED;
        if (!orders.add(order)) {
            if (!orders.get(order.key()).equals(order)) {
                throw refused(HttpStatus.CONFLICT, "another order has the key " + order.key());
            }
            status = HttpStatus.OK;
        }
        String instance = Objects.requireNonNullElse(answer.getHeaders().getFirst(Inventory.INSTANCE), "unknown");
        return ResponseEntity.status(status)
                .header("X-Inventory-Instance", instance)
                .body(order);
    }

    @GetMapping("/orders/count")
    Map<String, Long> count() {
        return Map.of("orders", orders.count());
    }

    @ExceptionHandler
    ProblemDetail unknownArticle(HttpClientErrorException.NotFound e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_ENTITY, "inventory has no such article");
    }

    @ExceptionHandler({ResourceAccessException.class, NoInstanceException.class})
    ProblemDetail outOfReach() {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "inventory is out of reach");
    }

    private static ErrorResponseException refused(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }
}
