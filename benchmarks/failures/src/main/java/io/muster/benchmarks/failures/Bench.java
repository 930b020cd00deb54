package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import io.muster.benchmarks.report.Progress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What every experiment has.
 *
 * @param root the project's folder, already built
 * @param logs where the processes' output goes
 * @param progress where it says what goes on
 * @param scale how much of everything
 */
record Bench(Path root, Path logs, Progress progress, Scale scale) {
    /** The registry's default. */
    static final long TTL_SECONDS = 15;

    void say(String format, Object... arguments) {
        progress.say(format, arguments);
    }

    static void seconds(long seconds) throws InterruptedException {
        TimeUnit.SECONDS.sleep(seconds);
    }

    static double toSeconds(long nanos) {
        return nanos == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : nanos / 1e9;
    }

    /** The clients of an experiment, all of which see three instances before it begins. */
    Callers.Plan callers(Profile profile, boolean retries) {
        return new Callers.Plan(scale.clients(), scale.active(), scale.users(), 3, profile, retries);
    }
}
