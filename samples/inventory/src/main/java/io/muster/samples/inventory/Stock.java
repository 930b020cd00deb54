package io.muster.samples.inventory;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The articles, in an embedded database that every instance fills alike when it starts. Thread-safe. */
@Repository
class Stock {
    private final JdbcClient database;

    Stock(JdbcClient database) {
        this.database = database;
    }

    Optional<Item> find(String sku) {
        return database.sql("select sku, price_cents, in_stock from item where sku = ?")
                .param(sku)
                .query(Item.class)
                .optional();
    }
}
