package io.muster.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the parts of a benchmark within a time limit, and ends the process with its table. */
public final class BenchRun {
    private final Path results;
    private final Progress progress;
    private final List<String> asked;
    private final Supplier<Report> report;

    /**
     * A run that has not begun.
     *
     * @param results the folder of the table
     * @param progress where it says what goes on
     * @param words the program's arguments; those without {@code --} name the parts to run, none means all
     * @param report makes the table of what has been measured so far
     */
    public BenchRun(Path results, Progress progress, List<String> words, Supplier<Report> report) {
        this.results = results;
        this.progress = progress;
        this.asked = words.stream().filter(word -> !word.startsWith("--")).toList();
        this.report = report;
    }

    /** Runs a part, if it is asked for; null when it was not, or when it failed. */
    public <T> @Nullable T part(String name, Callable<T> part) {
        if (!asked.isEmpty() && !asked.contains(name)) {
            return null;
        }
        try {
            return part.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (Exception e) {
            progress.say("%s failed: %s", name, e);
            e.printStackTrace(System.out);
            return null;
        }
    }

    /** Ends the process after some minutes, whatever is measured then. */
    public void endAfter(long minutes) {
        TimerTask end = new TimerTask() {
            @Override
            public void run() {
                progress.say("%d minutes are over: what is not measured yet is SHORT", minutes);
                end();
            }
        };
        new Timer("limit", true).schedule(end, minutes * 60_000);
    }

    /**
     * Shows and keeps the table, and ends the process and with it all that it started: with status 1 when a row is SHORT or
     * the table cannot be kept.
     */
    public synchronized void end() {
        int status = 1;
        try {
            Report made = report.get();
            made.save(results);
            progress.say("saved as %s and .json", results.resolve(made.name() + ".md"));
            System.out.println();
            System.out.print(made.markdown());
            status = made.ok() ? 0 : 1;
        } catch (IOException e) {
            e.printStackTrace(System.err);
        } finally {
            System.exit(status);
        }
    }
}
