package io.muster.benchmarks.lease;

/** Where leases are kept, and what they protect. */
enum Backend {
    POSTGRESQL("PostgreSQL"),
    MARIADB("MariaDB"),
    REDIS("Redis"),
    /** A service over PostgreSQL, which writes for the holder of a lease in PostgreSQL; for the pause experiment alone. */
    HTTP("HTTP"),
    /** In this process, for the cost alone. */
    H2("H2");

    private final String label;

    Backend(String label) {
        this.label = label;
    }

    /** Whether a holder has transactions that it can be stopped in. */
    boolean hasTransactions() {
        return this == POSTGRESQL || this == MARIADB || this == H2;
    }

    /** Its name for people. */
    String label() {
        return label;
    }
}
