package io.muster.benchmarks.lease;

import io.muster.benchmarks.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This program again, in a small JVM of its own. */
final class BenchProcess {
    private BenchProcess() {}

    /**
     * Starts it.
     *
     * @param pipe whether the caller talks to it over its input and output
     * @param words its arguments
     */
    static JavaProcess start(String name, Path logs, boolean pipe, List<String> words) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dbench.log=WARN",
                "-jar",
                System.getProperty("java.class.path")));
        arguments.addAll(words);
        return JavaProcess.start(name, logs, pipe, arguments);
    }
}
