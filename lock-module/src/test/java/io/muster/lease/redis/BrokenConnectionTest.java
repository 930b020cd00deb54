package io.muster.lease.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that does what it is told and breaks the connection instead of answering, as one that crashes. */
@Timeout(60)
class BrokenConnectionTest {
    private final BlockingQueue<String> scripts = new LinkedBlockingQueue<>();

    @Test
    void aScriptThatMayHaveRunIsNotSentAgain() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(server));
            thread.setDaemon(true);
            thread.start();
            RedisURI uri = RedisURI.create(server.getInetAddress().getHostAddress(), server.getLocalPort());
            try (RedisFence fence = RedisFence.open(uri)) {
                assertThatThrownBy(() -> fence.raise("first", 1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("outcome is unknown");
                raiseOnceConnected(fence, "second");
            }
        }
        assertThat(scripts).containsExactly("muster:fence:first", "muster:fence:second");
    }

    /** What was under way before would be sent before it. */
    private static void raiseOnceConnected(RedisFence fence, String resource) {
        while (true) {
            try {
                fence.raise(resource, 1);
                return;
            } catch (IllegalStateException e) {
                Thread.onSpinWait();
            }
        }
    }

    private void serve(ServerSocket server) {
        try {
            for (int connections = 1; ; connections++) {
                try (Socket socket = server.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    for (List<String> command = read(in); !command.isEmpty(); command = read(in)) {
                        String name = command.get(0).toUpperCase(Locale.ROOT);
                        String answer = switch (name) {
                            case "PING" -> "+PONG";
                            case "CLIENT" -> "+OK";
                            case "EVALSHA" -> ":1";
                            default -> "-ERR unknown command";
                        };
                        if (name.equals("EVALSHA")) {
                            scripts.add(command.get(3));
                            if (connections == 1) {
                                break;
                            }
                        }
                        socket.getOutputStream().write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        } catch (IOException e) {
            if (!server.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A command and its arguments; nothing when the connection has ended. */
    private static List<String> read(DataInputStream in) throws IOException {
        String header = line(in);
        List<String> words = new ArrayList<>();
        if (!header.isEmpty()) {
            for (int left = Integer.parseInt(header.substring(1)); left > 0; left--) {
                byte[] word = in.readNBytes(Integer.parseInt(line(in).substring(1)));
                words.add(new String(word, StandardCharsets.UTF_8));
                in.skipNBytes(2);
            }
        }
        return words;
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString().strip();
            }
            line.append((char) c);
        }
        return "";
    }
}
