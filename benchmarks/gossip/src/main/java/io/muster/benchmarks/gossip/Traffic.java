package io.muster.benchmarks.gossip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a network namespace has received so far on all its interfaces, as its kernel counts: on the loopback with the IP and UDP
 * or TCP headers, on others with the Ethernet header too.
 */
record Traffic(long bytes, long packets) {
    private static final int HEADINGS = 2;

    /** Of the namespace of this process. */
    static Traffic here() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/net/dev")));
    }

    /** Reads {@code /proc/net/dev}. */
    static Traffic parse(String text) {
        long bytes = 0;
        long packets = 0;
        for (String line : text.lines().skip(HEADINGS).toList()) {
            String[] fields = line.substring(line.indexOf(':') + 1).strip().split("\\s+", 3);
            bytes += Long.parseLong(fields[0]);
            packets += Long.parseLong(fields[1]);
        }
        return new Traffic(bytes, packets);
    }

    Traffic since(Traffic earlier) {
        return new Traffic(bytes - earlier.bytes, packets - earlier.packets);
    }
}
