package io.muster.client.spring.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace, joined to this machine by a pair of interfaces. Needs root and {@code ip}. */
final class NetworkNamespace implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final String name;
    private final String here;
    private final String there;

    private NetworkNamespace(String name, String network, int first) {
        this.name = name;
        this.here = network + first;
        this.there = network + (first + 1);
    }

    static NetworkNamespace create() throws IOException, InterruptedException {
        long pid = ProcessHandle.current().pid();
        // The kernel removes a namespace's interfaces a while after the namespace.
        int number = NUMBERS.getAndIncrement() % 60;
        NetworkNamespace made =
                new NetworkNamespace("c" + pid + "n" + number, "10.214." + pid % 250 + ".", 4 * number + 1);
        made.ip("netns", "add", made.name);
        try {
            made.ip("link", "add", made.name + "a", "type", "veth", "peer", "name", "eth0", "netns", made.name);
            made.ip("addr", "add", made.here + "/30", "dev", made.name + "a");
            made.ip("link", "set", made.name + "a", "up");
            made.ip("-n", made.name, "addr", "add", made.there + "/30", "dev", "eth0");
            made.ip("-n", made.name, "link", "set", "eth0", "up");
            made.ip("-n", made.name, "link", "set", "lo", "up");
        } catch (IOException e) {
            made.close();
            throw e;
        }
        return made;
    }

    /** Why none can be made here; empty when one can. */
    static String missing() throws IOException, InterruptedException {
        try {
            create().close();
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** This machine's address in it. */
    String here() {
        return here;
    }

    /** The other side's address. */
    String there() {
        return there;
    }

    /** Runs a program on the other side. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Swallows all that the other side sends. */
    void cut() throws IOException, InterruptedException {
        ip("-n", name, "route", "add", "blackhole", here + "/32");
    }

    void heal() throws IOException, InterruptedException {
        ip("-n", name, "route", "del", "blackhole", here + "/32");
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

    private void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }
}
