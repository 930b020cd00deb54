package io.muster.benchmarks.lease;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy on the loopback that can cut either direction. Nothing passes a direction that is cut, and nothing says so: no
 * reset, no end. What was sent meanwhile arrives when the cut is healed, as TCP sends again what was lost. New connections
 * are accepted during a cut and meet silence, too. Thread-safe.
 */
final class TcpProxy implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final Gate toTarget = new Gate();
    private final Gate fromTarget = new Gate();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private TcpProxy(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /** Which direction is cut. */
    enum Way {
        BOTH("both ways"),
        TO_STORE("to the store"),
        FROM_STORE("from the store");

        private final String label;

        Way(String label) {
            this.label = label;
        }

        /** Its name for people. */
        String label() {
            return label;
        }
    }

    /** A proxy to a port on the loopback. */
    static TcpProxy start(int targetPort) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        TcpProxy proxy = new TcpProxy(new ServerSocket(0, 50, loopback), new InetSocketAddress(loopback, targetPort));
        thread("accept", proxy::accept);
        return proxy;
    }

    /** Where it listens. */
    int port() {
        return server.getLocalPort();
    }

    /** Cuts; a cut that is in force stays. */
    void cut(Way way) {
        if (way != Way.FROM_STORE) {
            toTarget.close();
        }
        if (way != Way.TO_STORE) {
            fromTarget.close();
        }
    }

    /** Ends all cuts: what was held back arrives. */
    void heal() {
        toTarget.open();
        fromTarget.open();
    }

    @Override
    public void close() {
        closeQuietly(server);
        sockets.forEach(TcpProxy::closeQuietly);
        heal();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket store = new Socket();
                sockets.add(client);
                sockets.add(store);
                store.connect(target);
                client.setTcpNoDelay(true);
                store.setTcpNoDelay(true);
                thread("to the store", () -> pump(client, store, toTarget));
                thread("from the store", () -> pump(store, client, fromTarget));
            }
        } catch (IOException e) {
            closeQuietly(server);
        }
    }

    private void pump(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                gate.awaitOpen();
                out.write(buffer, 0, read);
            }
            gate.awaitOpen();
            to.shutdownOutput();
        } catch (IOException e) {
            gate.awaitOpen();
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void thread(String name, Runnable task) {
        Thread thread = new Thread(task, "proxy " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is of no use any more in any case.
        }
    }

    /** Lets pass, or holds back. */
    private static final class Gate {
        private boolean closed;

        synchronized void close() {
            closed = true;
        }

        synchronized void open() {
            closed = false;
            notifyAll();
        }

        synchronized void awaitOpen() {
            boolean interrupted = false;
            while (closed) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
