package io.muster.benchmarks.gossip;

/** What is measured of real nodes. Times are seconds, traffic is per node and second, CPU per node in percent of a core. */
enum Figure {
    /** From the start of the last node until all see all. */
    JOIN,
    /** From the start of the first node until all see all. */
    JOIN_FROM_FIRST,
    FIRST_SUSPECT,
    FIRST_SUSPECT_MEAN,
    FIRST_DEAD,
    ALL_KNOW,
    ALL_KNOW_WORST,
    CRASHES,
    FALSE_DEATHS,
    BYTES,
    PACKETS,
    CPU,
    /** Heap of a node in a JVM with others, or private memory of a process; bytes. */
    MEMORY,
    /** Bytes allocated per node and second. */
    ALLOCATION,
    FAST_FIRST_SUSPECT,
    FAST_FIRST_SUSPECT_MEAN,
    FAST_FIRST_DEAD,
    FAST_ALL_KNOW,
    FAST_ALL_KNOW_WORST,
    FAST_CRASHES,
    TELEMETRY_BYTES,
    TELEMETRY_PACKETS,
    TELEMETRY_CPU,
    TELEMETRY_MEMORY,
    TELEMETRY_FALSE_DEATHS,
    /** Traffic and CPU while one node changes what it says of itself each second. */
    CHANGE_BYTES,
    CHANGE_CPU,
    /** How many nodes there were. */
    NODES,
    HEAL_MEAN,
    HEAL_WORST,
    HEALS,
    /** Deaths on the own side in a full split. */
    SPLIT_OWN_SIDE_DEATHS,
    STOP_FALSE_DEATHS,
    /** From SIGCONT until all see all. */
    STOP_BACK,
    LOSS_10_DEATHS,
    LOSS_10_BYTES,
    LOSS_30_DEATHS,
    LOSS_30_BYTES,
    LEAK_OWN_SIDE_DEATHS,
    LEAK_HEAL
}
