package io.muster.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Forwards connections to a registry, byte by byte, until the test cuts or freezes them. */
final class CuttableLink implements AutoCloseable {
    private final ServerSocket server;
    private final URI target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean frozen;

    CuttableLink(URI target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Resets all connections; new ones work. */
    void cut() {
        frozen = false;
        for (Socket socket : List.copyOf(sockets)) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                sockets.remove(socket);
            }
        }
    }

    /** Passes nothing on any more, and keeps the connections. */
    void freeze() {
        frozen = true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                Socket far = new Socket(target.getHost(), target.getPort());
                sockets.add(near);
                sockets.add(far);
                daemon(() -> forward(near, far));
                daemon(() -> forward(far, near));
            } catch (IOException e) {
                // Either the test is over, or the registry is away: the client sees its connection end.
                cut();
            }
        }
    }

    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[4096];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!frozen) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException e) {
            sockets.remove(from);
        }
        sockets.remove(from);
        sockets.remove(to);
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cuttable-link");
        thread.setDaemon(true);
        thread.start();
    }
}
