package io.muster.benchmarks.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces, each with an address of its own, joined to each other and to this machine by a switch. Needs root and
 * {@code ip}. Not thread-safe.
 */
public final class Network implements AutoCloseable {
    private static final int MAX_PLACES = 200;

    private final String name;
    private final String subnet;
    private final int places;
    private final List<String> namespaces = new ArrayList<>();
    private boolean linked;

    private Network(int places) {
        long pid = ProcessHandle.current().pid();
        this.name = "muster" + pid;
        this.subnet = "10.213." + pid % 250 + ".";
        this.places = places;
    }

    /**
     * A network in which everybody reaches everybody. This program has one at a time.
     *
     * @param places how many namespaces, 1 to 200
     */
    public static Network create(int places) throws IOException, InterruptedException {
        if (places < 1 || places > MAX_PLACES) {
            throw new IllegalArgumentException("places must be from 1 to " + MAX_PLACES + " but was " + places);
        }
        Network network = new Network(places);
        try {
            network.build();
        } catch (IOException | InterruptedException e) {
            network.close();
            throw e;
        }
        return network;
    }

    /** Why none can be made here; empty when one can. */
    public static String missing() throws InterruptedException {
        try {
            create(1).close();
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /* The switch stands in a namespace of its own, where no firewall of this machine sees what it carries. */
    private void build() throws IOException, InterruptedException {
        String hub = namespace("hub");
        ip("-n", hub, "link", "add", "switch", "type", "bridge", "forward_delay", "0");
        ip("-n", hub, "link", "set", "switch", "up");
        ip("link", "add", name, "type", "veth", "peer", "name", "here", "netns", hub);
        linked = true;
        ip("addr", "add", here() + "/24", "dev", name);
        ip("link", "set", name, "up");
        ip("-n", hub, "link", "set", "here", "master", "switch", "up");
        for (int place = 0; place < places; place++) {
            String there = namespace("n" + place);
            ip("-n", there, "link", "add", "eth0", "type", "veth", "peer", "name", "port" + place, "netns", hub);
            ip("-n", there, "addr", "add", address(place) + "/24", "dev", "eth0");
            ip("-n", there, "link", "set", "eth0", "up");
            ip("-n", there, "link", "set", "lo", "up");
            ip("-n", hub, "link", "set", "port" + place, "master", "switch", "up");
        }
    }

    private String namespace(String suffix) throws IOException, InterruptedException {
        String made = name + suffix;
        ip("netns", "add", made);
        namespaces.add(made);
        return made;
    }

    /** This machine's address in it. */
    public String here() {
        return subnet + "1";
    }

    /** The address of a namespace, counted from 0. */
    public String address(int place) {
        if (place < 0 || place >= places) {
            throw new IllegalArgumentException("place must be from 0 to " + (places - 1) + " but was " + place);
        }
        return subnet + (place + 2);
    }

    /** Runs a program in a namespace. */
    public List<String> prefix(int place) {
        return List.of("ip", "netns", "exec", name + "n" + place);
    }

    /** Swallows what a namespace sends to an address; what comes from there still arrives. */
    public void cut(int place, String address) throws IOException, InterruptedException {
        ip("-n", name + "n" + place, "route", "replace", "blackhole", address + "/32");
    }

    /** Undoes {@link #cut}. */
    public void heal(int place, String address) throws IOException, InterruptedException {
        ip("-n", name + "n" + place, "route", "del", "blackhole", address + "/32");
    }

    @Override
    public void close() throws IOException {
        try {
            if (linked) {
                // A namespace takes its interfaces with it, but some time later: another network would meet them.
                ip("link", "del", name);
                linked = false;
            }
            while (!namespaces.isEmpty()) {
                ip("netns", "del", namespaces.remove(namespaces.size() - 1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the network " + name + " is removed", e);
        }
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }
}
