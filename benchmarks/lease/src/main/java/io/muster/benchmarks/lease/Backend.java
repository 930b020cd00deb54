package io.muster.benchmarks.lease;

/** Where leases are kept, and what they protect. */
enum Backend {
    POSTGRESQL("PostgreSQL"),
    MARIADB("MariaDB"),
    REDIS("Redis"),
    /** In this process, for the cost alone. */
    H2("H2");

    private final String label;

    Backend(String label) {
        this.label = label;
    }

    /** Its name for people. */
    String label() {
        return label;
    }
}
