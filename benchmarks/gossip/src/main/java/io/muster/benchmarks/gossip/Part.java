package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Row;
import java.util.List;

/** One part of the benchmark. {@link #rows} and {@link #notes} may be called at any time, also while it runs and if it never did. */
interface Part {
    /** The word that asks for it. */
    String name();

    /** Measures; leaves no process, thread or rule of the network behind, even when it fails. */
    void run() throws Exception;

    /** All rows of this part, in the order of the table; a figure that is not measured yet is NaN. */
    List<Row> rows();

    /** Sentences on how it was measured. */
    List<String> notes();
}
