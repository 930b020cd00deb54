package io.muster.lease.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a real server, by this host, that can fall silent and break. */
public final class TcpLink implements AutoCloseable {
    private final InetAddress host;
    private final int port;
    private final ServerSocket entry;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean silent;

    private TcpLink(InetAddress host, int port, ServerSocket entry) {
        this.host = host;
        this.port = port;
        this.entry = entry;
    }

    public static TcpLink to(String host, int port) throws IOException {
        ServerSocket entry = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TcpLink link = new TcpLink(InetAddress.getAllByName(host)[0], port, entry);
        start(link::accept);
        return link;
    }

    /** Where it is entered, on 127.0.0.1. */
    public int port() {
        return entry.getLocalPort();
    }

    /** Loses all answers from now on; what is sent arrives. */
    public void silence() {
        silent = true;
    }

    /** Breaks all connections; new ones work, and are answered. */
    public void cut() {
        sockets.forEach(TcpLink::closeQuietly);
        silent = false;
    }

    @Override
    public void close() throws IOException {
        entry.close();
        cut();
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                Socket client = entry.accept();
                Socket server = new Socket(host, port);
                sockets.add(client);
                sockets.add(server);
                start(() -> pump(client, server, false));
                start(() -> pump(server, client, true));
            } catch (IOException e) {
                // Closed, or the server refuses: the next one may be served.
            }
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (!answers || !silent) {
                    out.write(buffer, 0, length);
                }
            }
        } catch (IOException e) {
            // The other end is told by its own end.
        } finally {
            closeQuietly(from);
            closeQuietly(to);
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "tcp-link");
        thread.setDaemon(true);
        thread.start();
    }
}
