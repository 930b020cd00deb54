package io.muster.samples.orders;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored orders, in an embedded database. The primary key is what makes an order be stored once. Thread-safe. */
@Repository
class OrderBook {
    private final JdbcClient database;

    OrderBook(JdbcClient database) {
        this.database = database;
    }

    /** Stores an order; false when one with its key is there already. */
    boolean add(Order order) {
        try {
            database.sql("insert into orders (order_key, sku, quantity, total_cents) values (?, ?, ?, ?)")
                    .params(order.key(), order.sku(), order.quantity(), order.totalCents())
                    .update();
            return true;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    Order get(String key) {
        return database.sql("select order_key as \"key\", sku, quantity, total_cents from orders where order_key = ?")
                .param(key)
                .query(Order.class)
                .single();
    }

    long count() {
        return database.sql("select count(*) from orders").query(Long.class).single();
    }
}
