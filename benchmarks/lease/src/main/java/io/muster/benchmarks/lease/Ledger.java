package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.lettuce.core.RedisClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What leases protect: entries in the order in which the resource took them. A table, or a list in Redis. */
final class Ledger {
    private Ledger() {}

    /** Adds an entry as part of whatever transaction is under way. */
    static void insert(Connection connection, String resource, Entry entry) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO ledger (resource, writer, begun) VALUES (?, ?, ?)")) {
            statement.setString(1, resource);
            statement.setString(2, entry.writer());
            statement.setLong(3, entry.begun());
            int unused = statement.executeUpdate();
        }
    }

    /** The list in Redis. */
    static String key(String resource) {
        return "ledger:" + resource;
    }

    /** What was written to a resource. */
    static List<Entry> read(Address address, String resource) throws SQLException {
        if (address.backend() == Backend.REDIS) {
            return readRedis(address, resource);
        }
        List<Entry> entries = new ArrayList<>();
        try (HikariDataSource pool = address.pool();
                Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT writer, begun FROM ledger WHERE resource = ? ORDER BY position")) {
            statement.setString(1, resource);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    entries.add(new Entry(result.getString(1), result.getLong(2)));
                }
            }
        }
        return entries;
    }

    private static List<Entry> readRedis(Address address, String resource) {
        RedisClient client = RedisClient.create(address.redis());
        try (var connection = client.connect()) {
            return connection.sync().lrange(key(resource), 0, -1).stream()
                    .map(Entry::parse)
                    .toList();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }
}
