package io.muster.benchmarks.gossip;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A network namespace with its loopback up. It goes with this JVM, however this JVM ends short of SIGKILL. Needs root and {@code ip}. */
final class Namespace implements AutoCloseable {
    private final String name;
    private final Thread atExit;

    private Namespace(String name) {
        this.name = name;
        this.atExit = new Thread(this::remove, "end of " + name);
    }

    /**
     * Makes one.
     *
     * @param purpose tells the namespaces of this process apart
     */
    static Namespace create(String purpose) throws IOException, InterruptedException {
        Namespace namespace = new Namespace("muster" + ProcessHandle.current().pid() + "-" + purpose);
        run(List.of("ip", "netns", "add", namespace.name));
        Runtime.getRuntime().addShutdownHook(namespace.atExit);
        try {
            namespace.ip("link", "set", "lo", "up");
        } catch (IOException e) {
            namespace.close();
            throw e;
        }
        return namespace;
    }

    String name() {
        return name;
    }

    /** Runs a program in it. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Changes its links, addresses and routes. */
    void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(Arrays.asList(arguments));
        run(command);
    }

    /** Runs a command in it, waits for its end and gives what it said. */
    String exec(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(prefix());
        all.addAll(Arrays.asList(command));
        return run(all);
    }

    /** What its kernel has counted. */
    Traffic traffic() throws IOException, InterruptedException {
        return Traffic.parse(exec("cat", "/proc/net/dev"));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
        return said;
    }

    private void remove() {
        try {
            run(List.of("ip", "netns", "del", name));
        } catch (IOException e) {
            System.err.println("network namespace " + name + " is left behind: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        remove();
    }
}
