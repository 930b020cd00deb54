package io.muster.samples.fleet;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports on the loopback that are free for UDP and TCP, below the range that the kernel gives to outgoing connections. */
final class Ports {
    private static final int FROM = 20_000;
    private static final int TO = 32_000;
    private static final int ATTEMPTS_PER_PORT = 10;

    private Ports() {}

    /** Different free ports, in ascending order. */
    static List<Integer> free(int count) {
        TreeSet<Integer> ports = new TreeSet<>();
        for (int attempt = 0; ports.size() < count && attempt < count * ATTEMPTS_PER_PORT; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FROM, TO);
            if (isFree(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new IllegalStateException(
                    count + " ports must be free between " + FROM + " and " + TO + " but were not");
        }
        return List.copyOf(ports);
    }

    private static boolean isFree(int port) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket tcp = new ServerSocket(port, 1, loopback);
                DatagramSocket udp = new DatagramSocket(port, loopback)) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
