package io.muster.benchmarks.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java process under measurement. It ends with this JVM, however this JVM ends short of SIGKILL. Thread-safe.
 */
public final class JavaProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;
    private final Thread atExit;

    private JavaProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.atExit = new Thread(process::destroyForcibly, "end of " + name);
    }

    /**
     * Starts {@code java} with the arguments; its errors go to a file, and its output too unless it is piped.
     *
     * @param pipe whether the caller talks to it over its input and output
     */
    public static JavaProcess start(String name, Path logs, boolean pipe, List<String> arguments) throws IOException {
        return start(name, logs, pipe, List.of(), arguments);
    }

    /**
     * Starts {@code java} through another program.
     *
     * @param prefix the program and its arguments, to which {@code java} and its arguments are added; it becomes the process
     * @param pipe whether the caller talks to it over its input and output
     */
    public static JavaProcess start(String name, Path logs, boolean pipe, List<String> prefix, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        return launch(name, logs, pipe, command);
    }

    /** Starts another program, a rival's, to be treated like the Java processes beside it; its output goes to a file. */
    public static JavaProcess startProgram(String name, Path logs, List<String> command) throws IOException {
        return launch(name, logs, false, command);
    }

    private static JavaProcess launch(String name, Path logs, boolean pipe, List<String> command) throws IOException {
        Files.createDirectories(logs);
        Path log = logs.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command);
        if (pipe) {
            builder.redirectError(log.toFile());
        } else {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        JavaProcess started = new JavaProcess(name, builder.start(), log);
        Runtime.getRuntime().addShutdownHook(started.atExit);
        return started;
    }

    /** Waits until a GET of the URI is answered 200. */
    public void awaitAnswer(URI uri, Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!answers(uri)) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended while starting, see " + log);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(name + " did not answer within " + limit.toSeconds() + " s, see " + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static boolean answers(URI uri) {
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(2000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The CPU time that it used so far, user and system, in nanoseconds; the kernel counts in steps of 10 ms. */
    public long cpuNanos() {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    /** Its threads' CPU times. */
    public ThreadTimes threadTimes() {
        return ThreadTimes.of(process.pid());
    }

    /** Sends it a signal, such as {@code STOP}. */
    public void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + signal + " of " + name + " ended with " + status);
        }
    }

    /** Ends it at once, with SIGKILL, and waits for that. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    /** Whether it runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** The process itself, for its input and output. */
    public Process process() {
        return process;
    }

    /** Where its output goes. */
    public Path log() {
        return log;
    }

    /** Ends it: asks, waits 5 s, kills. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
