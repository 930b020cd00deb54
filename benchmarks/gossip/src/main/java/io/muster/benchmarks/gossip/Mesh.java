package io.muster.benchmarks.gossip;

import io.muster.gossip.protocol.NodeAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each node, all joined by a router in a further one, whose kernel cuts and loses. The nodes are on two
 * sides: the first half on A, the others on B. Needs root, {@code ip} and {@code iptables}.
 */
final class Mesh implements AutoCloseable {
    private static final int PORT = 7946;
    private static final String GATEWAY = "169.254.1.1";
    private static final String A = "10.213.0.";
    private static final String B = "10.213.1.";
    private static final String A_NET = A + "0/24";
    private static final String B_NET = B + "0/24";

    private final Namespace router;
    private final List<Namespace> nodes = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final int half;

    private Mesh(Namespace router, int half) {
        this.router = router;
        this.half = half;
    }

    /**
     * Makes one.
     *
     * @param nodes 2 to 200
     */
    static Mesh create(int nodes) throws IOException, InterruptedException {
        Mesh mesh = new Mesh(Namespace.create("router"), nodes / 2);
        try {
            mesh.router.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            for (int i = 0; i < nodes; i++) {
                mesh.add(i);
            }
        } catch (IOException e) {
            mesh.close();
            throw e;
        }
        return mesh;
    }

    private void add(int node) throws IOException, InterruptedException {
        Namespace namespace = Namespace.create("n" + node);
        nodes.add(namespace);
        String host = (isOnSideA(node) ? A : B) + (node + 1);
        String link = "p" + node;
        router.ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace.name());
        router.ip("addr", "add", GATEWAY + "/32", "dev", link);
        router.ip("link", "set", link, "up");
        router.ip("route", "add", host + "/32", "dev", link);
        namespace.ip("addr", "add", host + "/32", "dev", "eth0");
        namespace.ip("link", "set", "eth0", "up");
        namespace.ip("route", "add", GATEWAY + "/32", "dev", "eth0");
        namespace.ip("route", "add", "default", "via", GATEWAY, "src", host);
        places.add(new Place(namespace.prefix(), new NodeAddress(host, PORT)));
    }

    List<Place> places() {
        return List.copyOf(places);
    }

    boolean isOnSideA(int node) {
        return node < half;
    }

    boolean areApart(Views.Seen seen) {
        return isOnSideA(seen.observer()) != isOnSideA(seen.subject());
    }

    /** Nothing passes between A and B. */
    void split() throws IOException, InterruptedException {
        drop("-s", A_NET, "-d", B_NET);
        drop("-s", B_NET, "-d", A_NET);
    }

    /** No datagram passes between A and B; no connection is made from A to B, nor within B. */
    void leak() throws IOException, InterruptedException {
        drop("-p", "udp", "-s", A_NET, "-d", B_NET);
        drop("-p", "udp", "-s", B_NET, "-d", A_NET);
        drop("-p", "tcp", "--syn", "-s", A_NET, "-d", B_NET);
        drop("-p", "tcp", "--syn", "-s", B_NET, "-d", B_NET);
    }

    /** Each datagram is lost with a probability. */
    void loseDatagrams(double probability) throws IOException, InterruptedException {
        drop("-p", "udp", "-m", "statistic", "--mode", "random", "--probability", Double.toString(probability));
    }

    /** Everything passes again. */
    void mend() throws IOException, InterruptedException {
        router.exec("iptables", "-F", "FORWARD");
    }

    /** What has passed, each packet counted where it comes from. */
    Traffic traffic() throws IOException, InterruptedException {
        return router.traffic();
    }

    private void drop(String... what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("iptables", "-A", "FORWARD"));
        command.addAll(List.of(what));
        command.addAll(List.of("-j", "DROP"));
        router.exec(command.toArray(String[]::new));
    }

    @Override
    public void close() {
        nodes.forEach(Namespace::close);
        router.close();
    }
}
