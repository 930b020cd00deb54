package io.muster.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.StateEntry;
import io.muster.gossip.protocol.StateEvent;
import io.muster.gossip.protocol.StateValue;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.wire.Frames;
import io.muster.gossip.wire.Keyring;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes on loopback. */
@Timeout(300)
class GossipNodeTest {
    private final GossipThreads threads = new GossipThreads(1);
    private final List<GossipNode> nodes = new ArrayList<>();
    private final List<BlockingQueue<MemberEvent>> events = new ArrayList<>();
    private final List<NodeAddress> addresses = new ArrayList<>();

    @AfterEach
    void close() {
        threads.close();
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    /** Below the ports that the kernel gives to outgoing connections: such a one could be in the way of a node, or of its next life. */
    private NodeAddress freeAddress() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket tcp = new ServerSocket(port, 1, loopback);
                    DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), loopback)) {
                NodeAddress address = new NodeAddress("127.0.0.1", udp.getLocalPort());
                if (!addresses.contains(address)) {
                    return address;
                }
            } catch (IOException e) {
                // Taken: another one.
            }
        }
    }

    private GossipConfig config(int index, Keyring keyring) {
        return GossipConfig.of("test", "n" + index, addresses.get(index), addresses.subList(0, 1))
                .withProtocol(SwimConfig.local())
                .withKeyring(keyring);
    }

    private void start(GossipConfig config) {
        BlockingQueue<MemberEvent> queue = new LinkedBlockingQueue<>();
        events.add(queue);
        nodes.add(GossipNode.start(config, threads, queue::add));
    }

    private void startAll(int n) {
        IntStream.range(0, n).forEach(i -> addresses.add(freeAddress()));
        for (int i = 0; i < n; i++) {
            start(config(i, new Keyring(1, key(1))));
        }
        for (int i = 0; i < n; i++) {
            Set<String> up = new HashSet<>();
            while (up.size() < n - 1) {
                up.add(await(i, MemberEvent.Kind.UP).id().name());
            }
        }
    }

    /** The next event of a kind; others before it are passed over. */
    private MemberRecord await(int node, MemberEvent.Kind kind) {
        return await(node, kind, record -> true);
    }

    /** The next event of a kind and of a member; a busy machine may bring some of others, which are passed over. */
    private MemberRecord await(int node, MemberEvent.Kind kind, String name) {
        return await(node, kind, record -> record.id().name().equals(name));
    }

    private MemberRecord await(int node, MemberEvent.Kind kind, Predicate<MemberRecord> wanted) {
        try {
            while (true) {
                MemberEvent event = events.get(node).poll(60, TimeUnit.SECONDS);
                assertThat(event).as("%s at n%d", kind, node).isNotNull();
                if (event != null && event.kind() == kind && wanted.test(event.record())) {
                    return event.record();
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError("waiting must not be interrupted but was", e);
        }
    }

    @Test
    void nodesFindEachOtherAndSeeOneDie() {
        startAll(5);
        nodes.get(3).close();
        for (int i : new int[] {0, 1, 2, 4}) {
            assertThat(await(i, MemberEvent.Kind.DOWN, "n3")).isNotNull();
        }
    }

    @Test
    void whoLeavesIsGoneAtOnceAndMayComeBack() {
        startAll(4);
        UUID formerUid = null;
        nodes.get(3).leave().join();
        for (int i = 0; i < 3; i++) {
            MemberRecord gone = await(i, MemberEvent.Kind.GONE, "n3");
            formerUid = gone.id().uid();
        }
        start(config(3, new Keyring(1, key(1))));
        for (int i = 0; i < 3; i++) {
            MemberRecord back = await(i, MemberEvent.Kind.UP, "n3");
            assertThat(back.id().uid()).isNotEqualTo(formerUid);
        }
    }

    @Test
    void metadataReachesEverybody() {
        startAll(3);
        Metadata zone = Metadata.of("zone=a".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        nodes.get(1).update(zone);
        assertThat(await(0, MemberEvent.Kind.UPDATED, "n1").metadata()).isEqualTo(zone);
        assertThat(await(2, MemberEvent.Kind.UPDATED, "n1").metadata()).isEqualTo(zone);
    }

    @Test
    void countsWhatPassesAndWhatItRefuses() throws Exception {
        startAll(3);
        nodes.get(0).publish("load", StateValue.of(new byte[] {1})).join();
        try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            byte[] nonsense = {1, 2, 3};
            NodeAddress target = addresses.get(0);
            stranger.send(
                    new DatagramPacket(nonsense, nonsense.length, InetAddress.getLoopbackAddress(), target.port()));
            while (nodes.get(0).traffic().refusals() == 0
                    || nodes.get(0).traffic().datagramsHeard() < 3
                    || nodes.get(0).traffic().datagramsSent() == 0) {
                Thread.onSpinWait();
            }
        }
        GossipTraffic traffic = nodes.get(0).traffic();
        assertThat(traffic.refused()).containsExactly(Map.entry(Frames.Verdict.MALFORMED, 1L));
        assertThat(traffic.datagramsHeard()).isGreaterThan(2);
        assertThat(traffic.datagramsSent()).isPositive();
        assertThat(traffic.streamsHeard()).as("joins").isPositive();
        assertThat(traffic.bytesSent()).isGreaterThan(traffic.datagramsSent() * Frames.MAX_OVERHEAD_BYTES);
        assertThat(traffic.bytesHeard()).isGreaterThan(traffic.datagramsHeard());
    }

    @Test
    void aNodeThatRemembersItsEpochStartsAboveIt(@TempDir Path directory) {
        addresses.add(freeAddress());
        GossipConfig config = config(0, new Keyring(1, key(1))).withEpochFile(directory.resolve("n0.epoch"));
        for (int life = 0; life < 3; life++) {
            start(config);
            GossipNode node = nodes.get(life);
            assertThat(node.members().join())
                    .singleElement()
                    .extracting(record -> record.id().epoch())
                    .isEqualTo((long) life);
            node.leave().join();
        }
    }

    @Test
    void nodesSeeEachOthersTelemetry() throws InterruptedException {
        startAll(3);
        BlockingQueue<StateEvent> heard = new LinkedBlockingQueue<>();
        try (Subscription subscription = nodes.get(2).subscribe(heard::add)) {
            assertThat(subscription).isNotNull();
            nodes.get(0).publish("health", StateValue.of("up")).join();
            nodes.get(1).counter("orders").add(3).join();
            nodes.get(0).counter("orders").add(4).join();
            nodes.get(1).map("flags").put("dark", StateValue.of("on")).join();
            awaitState(heard, new StateEvent(StateEntry.Kind.VALUE, "n0", "health", StateValue.of("up")));
            awaitState(heard, new StateEvent(StateEntry.Kind.COUNTER, "n1", "orders", null));
            awaitState(heard, new StateEvent(StateEntry.Kind.COUNTER, "n0", "orders", null));
            awaitState(heard, new StateEvent(StateEntry.Kind.MAP, "flags", "dark", StateValue.of("on")));
            GossipNode third = nodes.get(2);
            assertThat(third.values().join()).isEqualTo(Map.of("n0", Map.of("health", StateValue.of("up"))));
            assertThat(third.values("n0").join()).containsOnlyKeys("health");
            assertThat(third.counter("orders").value().join()).isEqualTo(7);
            assertThat(third.map("flags").get("dark").join()).contains(StateValue.of("on"));
            assertThat(third.map("flags").entries().join()).containsOnlyKeys("dark");
            nodes.get(0).remove("health").join();
            third.map("flags").remove("dark").join();
            awaitState(heard, new StateEvent(StateEntry.Kind.MAP, "flags", "dark", null));
            awaitState(heard, new StateEvent(StateEntry.Kind.VALUE, "n0", "health", null));
            assertThat(third.values().join()).isEmpty();
        }
        nodes.get(2).publish("load", StateValue.of("1")).join();
        assertThat(heard).noneMatch(event -> event.key().equals("load"));
    }

    /** Events come in any order, each once. */
    private static void awaitState(BlockingQueue<StateEvent> heard, StateEvent expected) throws InterruptedException {
        List<StateEvent> others = new ArrayList<>();
        while (true) {
            StateEvent event = heard.poll(60, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError(expected + " must come but came not after " + others);
            }
            if (expected.equals(event)) {
                heard.addAll(others);
                return;
            }
            others.add(event);
        }
    }

    @Test
    void saysWhatItDoesNotPublish() {
        startAll(1);
        assertThatThrownBy(() ->
                        nodes.get(0).publish("no spaces", StateValue.of("x")).join())
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no spaces");
        nodes.get(0).leave().join();
        assertThatThrownBy(() -> nodes.get(0).counter("c").add(1).join())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must be running");
    }

    @Test
    void whatAClosedNodePublishesFails() {
        startAll(1);
        nodes.get(0).close();
        assertThatThrownBy(() ->
                        nodes.get(0).publish("health", StateValue.of("up")).join())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must be running");
    }

    @Test
    void saysWhenAClosedNodesPortIsFree() {
        startAll(1);
        for (int life = 0; life < 20; life++) {
            GossipNode node = nodes.get(life);
            assertThat(node.stopped()).isNotDone();
            node.close();
            node.stopped().join();
            start(config(0, new Keyring(1, key(1))));
        }
    }

    @Test
    void aNodeWithAnotherKeyStaysOutside() {
        startAll(2);
        addresses.add(freeAddress());
        start(config(2, new Keyring(1, key(9))));
        nodes.get(1).close();
        assertThat(await(0, MemberEvent.Kind.DOWN, "n1")).isNotNull();
        assertThat(nodes.get(0).members().join())
                .filteredOn(record -> record.state() != MemberState.DEAD)
                .extracting(record -> record.id().name())
                .containsExactly("n0");
    }

    @Test
    void saysWhichAddressIsTaken() {
        startAll(1);
        assertThatThrownBy(() -> GossipNode.start(config(0, new Keyring(1, key(1))), threads, event -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(addresses.get(0).toString());
    }

    @Test
    void refusesToSpeakPlainlyToTheWorld() {
        NodeAddress everywhere = new NodeAddress("10.0.0.1", 7072);
        assertThatThrownBy(() -> GossipConfig.of("test", "n", everywhere, List.of()))
                .hasMessageContaining("keyring")
                .hasMessageContaining("10.0.0.1:7072");
        GossipConfig open = new GossipConfig(
                "test", "n", everywhere, List.of(), Metadata.EMPTY, SwimConfig.lan(), null, true, null);
        assertThat(open.keyring()).isNull();
    }
}
