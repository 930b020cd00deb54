package io.muster.benchmarks.failures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A network namespace, joined to this machine by a pair of interfaces. Needs root and {@code ip}. */
final class Network implements AutoCloseable {
    private static final String HERE = "10.213.77.1";
    private static final String THERE = "10.213.77.2";

    private final String name;

    private Network(String name) {
        this.name = name;
    }

    static Network create() throws IOException, InterruptedException {
        Network network = new Network("muster" + ProcessHandle.current().pid());
        network.ip("netns", "add", network.name);
        try {
            network.ip(
                    "link", "add", network.name + "a", "type", "veth", "peer", "name", "eth0", "netns", network.name);
            network.ip("addr", "add", HERE + "/30", "dev", network.name + "a");
            network.ip("link", "set", network.name + "a", "up");
            network.ip("-n", network.name, "addr", "add", THERE + "/30", "dev", "eth0");
            network.ip("-n", network.name, "link", "set", "eth0", "up");
            network.ip("-n", network.name, "link", "set", "lo", "up");
        } catch (IOException e) {
            network.close();
            throw e;
        }
        return network;
    }

    /** This machine's address in it. */
    String here() {
        return HERE;
    }

    /** The other side's address. */
    String there() {
        return THERE;
    }

    /** Runs a program on the other side. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Swallows all that the other side sends. */
    void cut() throws IOException, InterruptedException {
        ip("-n", name, "route", "add", "blackhole", HERE + "/32");
    }

    private void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            ip("netns", "del", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the network " + name + " is removed", e);
        }
    }
}
