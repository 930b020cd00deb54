package io.muster.client.spring.gossip;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds a port that is free for UDP and TCP at once. Another process may take it before it is used; that is rare. */
final class FreePort {
    private static final int ATTEMPTS = 50;

    private FreePort() {}

    /** @throws IllegalStateException if none is found on that literal address */
    static int find(String address) {
        IOException last = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            try (DatagramSocket datagrams =
                            new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), 0));
                    ServerSocket streams = new ServerSocket()) {
                streams.bind(datagrams.getLocalSocketAddress());
                return streams.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IllegalStateException("no port of " + address + " is free for UDP and TCP", last);
    }
}
