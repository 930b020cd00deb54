package io.muster.client.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own with this test's class path. Its output is kept in the build folder. */
public final class TestProcess implements AutoCloseable {
    private final Process process;

    private TestProcess(Process process) {
        this.process = process;
    }

    /** Starts it and does not wait. */
    public static TestProcess start(Class<?> main, String name, String... arguments) {
        return start(List.of(), main, name, arguments);
    }

    /**
     * Starts it and does not wait.
     *
     * @param prefix the command that runs it; it must become that process
     */
    public static TestProcess start(List<String> prefix, Class<?> main, String name, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + System.getProperty("user.home"),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        try {
            Path logs = Files.createDirectories(Path.of("target", "processes"));
            return new TestProcess(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(logs.resolve(name + ".log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it at once, with SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: its machine still accepts connections for it. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + signal + " ended with " + status);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
