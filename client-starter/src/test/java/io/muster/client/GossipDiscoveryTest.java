package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.InvalidFieldException;
import io.muster.api.Registration;
import io.muster.api.ServiceList;
import io.muster.gossip.GossipConfig;
import io.muster.gossip.GossipNode;
import io.muster.gossip.GossipThreads;
import io.muster.gossip.plan.Fleet;
import io.muster.gossip.plan.Planner;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SwimConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real members on loopback. */
@Timeout(120)
class GossipDiscoveryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SERVICE = "stock";

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final NodeAddress seed = free();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    void findsWhatOthersAnnounceAndWhatBecomesOfIt() {
        GossipDiscovery caller = member("caller", seed);
        ServiceView view = caller.view(SERVICE);
        GossipDiscovery provider = member("provider", free());
        Registration registration = new Registration(
                "process", "10.0.0.7", 8080, true, InstanceStatus.STARTING, 50, "zone-a", Map.of("version", "2"), null);
        Announcement announcement = provider.register(SERVICE, "one", registration);

        assertThat(announcement.start()).isCompleted();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).containsExactly("one"));
        Instance seen = view.snapshot().instances().get(0);
        assertThat(seen.status()).isEqualTo(InstanceStatus.STARTING);
        assertThat(seen.host()).isEqualTo("10.0.0.7");
        assertThat(seen.port()).isEqualTo(8080);
        assertThat(seen.secure()).isTrue();
        assertThat(seen.weight()).isEqualTo(50);
        assertThat(seen.zone()).isEqualTo("zone-a");
        assertThat(seen.metadata()).isEqualTo(Map.of("version", "2"));
        assertThat(seen.generation())
                .isEqualTo(announcement.current().orElseThrow().generation());
        assertThat(view.up()).isEmpty();

        announcement.status(InstanceStatus.UP);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(view.up()).extracting(Instance::id).containsExactly("one"));
        announcement.update(new InstancePatch(null, 7, null));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(view.up()).extracting(Instance::weight).containsExactly(7));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(caller.services().join().services())
                        .extracting(ServiceList.Entry::name)
                        .containsExactly(SERVICE));

        announcement.close();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).isEmpty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(caller.state().members()).isEqualTo(1));
    }

    @Test
    void ownInstanceIsInOwnView() {
        GossipDiscovery alone = member("alone", seed);
        ServiceView view = alone.view(SERVICE);
        announce(alone, "one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(view.up()).hasSize(1));
    }

    @Test
    void whoDiesIsNoInstanceAnyMore() {
        GossipDiscovery caller = member("caller", seed);
        ServiceView view = caller.view(SERVICE);
        GossipThreads threads = open(new GossipThreads(1));
        GossipNode doomed = GossipNode.start(config("doomed", free()), threads, event -> {});
        Registration up = Registration.of("doomed", "127.0.0.1", 1).withStatus(InstanceStatus.UP);
        doomed.update(new GossipCard("default", SERVICE, "doomed", up).encode());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).containsExactly("doomed"));

        doomed.close();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).isEmpty());
        // One that hangs for a while on a busy machine may be taken for dead before.
        assertThat(caller.state().deaths()).isPositive();
    }

    @Test
    void whatAnEnemySaysIsCountedAndNoInstance() {
        GossipDiscovery caller = member("caller", seed);
        ServiceView view = caller.view(SERVICE);
        GossipThreads threads = open(new GossipThreads(1));
        GossipNode enemy = open(GossipNode.start(config("enemy", free()), threads, event -> {}));
        Registration up = Registration.of("enemy", "127.0.0.1", 1).withStatus(InstanceStatus.UP);
        enemy.update(new GossipCard("default", SERVICE, "one", up).encode());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).containsExactly("one"));

        enemy.update(Metadata.of(new byte[] {1, 2, 3}));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).isEmpty());
        assertThat(caller.state().unreadable()).isPositive();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(caller.state().members()).isEqualTo(1));
    }

    @Test
    void otherNamespacesAreOthers() {
        GossipDiscovery caller = member("caller", seed);
        ServiceView view = caller.view(SERVICE);
        GossipDiscovery elsewhere = open(GossipDiscovery.create("elsewhere", config("elsewhere", free())));
        elsewhere.start();
        announce(elsewhere, "one");
        GossipDiscovery here = member("here", free());
        announce(here, "two");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(view)).containsExactly("two"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(caller.state().members()).isEqualTo(2));
    }

    @Test
    void aServiceWithoutInstancesIsKnownOnceOthersWereHeard() {
        GossipDiscovery first = member("first", seed);
        assertThat(first.view(SERVICE).first()).succeedsWithin(Duration.ofSeconds(40));
        GossipDiscovery second = member("second", free());
        assertThat(second.view(SERVICE).first()).succeedsWithin(Duration.ofSeconds(40));
        assertThat(second.silence()).isEmpty();
    }

    /** That others were told is a matter of chance and of their speed; the time for it is what can be promised. */
    @Test
    void drainGivesOthersTheTimeToHearOfIt() {
        GossipDiscovery caller = member("caller", seed);
        ServiceView view = caller.view(SERVICE);
        Announcement announcement = announce(member("provider", free()), "one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(view.up()).hasSize(1));
        Fleet two = new Fleet(3, 0.05, Duration.ofMillis(5));
        Duration late = Planner.plan(SwimConfig.local(), two).update().late();

        long begin = System.nanoTime();
        assertThat(announcement.drain(Duration.ofSeconds(30)))
                .succeedsWithin(Duration.ofSeconds(40))
                .satisfies(result -> assertThat(result).isEmpty());

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(late);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(view.snapshot().instances())
                        .extracting(Instance::status)
                        .containsExactly(InstanceStatus.DRAINING));
    }

    @Test
    void aMemberIsOneInstance() {
        GossipDiscovery provider = member("provider", seed);
        Announcement first = announce(provider, "one");
        Announcement second = provider.register(SERVICE, "two", Registration.of("p", "127.0.0.1", 1));

        assertThatThrownBy(second::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stock/one");
        first.close();
        assertThatThrownBy(first::start).isInstanceOf(IllegalStateException.class);
        assertThat(provider.register(SERVICE, "two", Registration.of("p", "127.0.0.1", 1))
                        .start())
                .isCompleted();
    }

    @Test
    void anUpdateThatDoesNotFitChangesNothing() {
        GossipDiscovery provider = member("provider", seed);
        Announcement announcement = announce(provider, "one");
        Map<String, String> large = Map.of("a", "x".repeat(255), "b", "x".repeat(255));

        assertThatThrownBy(() -> announcement.update(new InstancePatch(null, null, large)))
                .isInstanceOf(InvalidFieldException.class);

        assertThat(announcement.state().status()).isEqualTo(InstanceStatus.UP);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(provider.view(SERVICE).up()).hasSize(1));
    }

    @Test
    void isOverOnceClosed() {
        GossipDiscovery provider = member("provider", seed);
        provider.close();
        provider.close();
        assertThatThrownBy(() -> provider.view(SERVICE)).hasMessageContaining("was closed");
        assertThatThrownBy(provider::start).hasMessageContaining("was closed");
    }

    private Announcement announce(GossipDiscovery discovery, String id) {
        Registration up = Registration.of("process-" + id, "127.0.0.1", 8080).withStatus(InstanceStatus.UP);
        Announcement announcement = discovery.register(SERVICE, id, up);
        assertThat(announcement.start()).isCompleted();
        return announcement;
    }

    private GossipDiscovery member(String name, NodeAddress address) {
        GossipDiscovery discovery = open(GossipDiscovery.create("default", config(name, address)));
        discovery.start();
        return discovery;
    }

    private GossipConfig config(String name, NodeAddress address) {
        return GossipConfig.of("test", name, address, List.of(seed)).withProtocol(SwimConfig.local());
    }

    private <T extends AutoCloseable> T open(T each) {
        opened.add(0, each);
        return each;
    }

    private static List<String> ids(ServiceView view) {
        return view.snapshot().instances().stream().map(Instance::id).toList();
    }

    /** Free for datagrams and streams when it is asked for. */
    private static NodeAddress free() {
        IOException last = new IOException("none was tried");
        for (int i = 0; i < 100; i++) {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            try (DatagramSocket datagrams = new DatagramSocket(any);
                    ServerSocket streams = new ServerSocket()) {
                streams.bind(datagrams.getLocalSocketAddress());
                return new NodeAddress("127.0.0.1", streams.getLocalPort());
            } catch (IOException e) {
                // What is free for datagrams may be a stream's.
                last = e;
            }
        }
        throw new UncheckedIOException("no port is free", last);
    }
}
