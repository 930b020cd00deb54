package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Progress;
import java.nio.file.Path;

/**
 * What every part has.
 *
 * @param root of the project
 * @param quick whether fewer and shorter runs are wanted, to see that they work
 * @param plots whether {@code docs/gossip/*.svg} are drawn anew
 * @param progress where it says what goes on
 */
record Bench(Path root, boolean quick, boolean plots, Progress progress) {
    void say(String format, Object... arguments) {
        progress.say(format, arguments);
    }

    /** The folder of logs and of tables beside the benchmark's own. */
    Path results() {
        return root.resolve("target/bench");
    }
}
