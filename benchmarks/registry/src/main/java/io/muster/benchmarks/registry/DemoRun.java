package io.muster.benchmarks.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs {@code ./demo} once and reads what became of its orders. */
final class DemoRun {
    private static final long LIMIT_SECONDS = 300;

    private final Path root;
    private final Path logs;
    private final Progress progress;

    DemoRun(Path root, Path logs, Progress progress) {
        this.root = root;
        this.logs = logs;
        this.progress = progress;
    }

    /** How many orders were lost or answered with an error. */
    long lostOrders() throws IOException, InterruptedException {
        progress.say("./demo: running it once, its output in %s", logs.resolve("demo.log"));
        Path summary = root.resolve("target/demo/summary.json");
        Files.deleteIfExists(summary);
        Process demo = new ProcessBuilder(root.resolve("demo").toString())
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve("demo.log").toFile())
                .start();
        Thread atExit = new Thread(demo::destroy, "end of the demo");
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            if (!demo.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("./demo did not end within " + LIMIT_SECONDS + " s");
            }
        } finally {
            demo.destroy();
            Runtime.getRuntime().removeShutdownHook(atExit);
        }
        JsonNode result = new ObjectMapper().readTree(Files.readString(summary));
        long sent = result.get("sent").asLong();
        long failed = result.get("failed").asLong();
        long stored = result.get("stored").asLong();
        if (sent == 0) {
            throw new IOException("./demo sent no orders");
        }
        return failed + Math.abs(sent - stored);
    }
}
