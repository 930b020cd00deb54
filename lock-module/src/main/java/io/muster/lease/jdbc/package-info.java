/**
 * Leases and fences in a database, by plain JDBC: PostgreSQL, MariaDB, H2. Time and tokens are the database's.
 */
@NullMarked
package io.muster.lease.jdbc;

import org.jspecify.annotations.NullMarked;
