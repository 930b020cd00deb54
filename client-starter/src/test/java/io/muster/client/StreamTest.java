package io.muster.client;

import static io.muster.client.ScriptedRegistry.HANG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.client.ScriptedRegistry.Stream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream brings, word by word. */
@Timeout(60)
class StreamTest extends ScriptedStream {
    @Test
    void namesTheServicesThatAreWantedAndShowsTheirSnapshots() throws Exception {
        ServiceView orders = client.view("orders");
        client.view("inventory");
        client.start();
        Stream stream = registry.nextStream();
        assertThat(stream.request().query()).isEqualTo("ack=true&namespace=default&service=inventory&service=orders");
        assertThat(stream.lastEventId()).isEmpty();
        assertThat(orders.known()).isFalse();

        stream.watcher("w1", "1:5").snapshot("orders", "1:5", "a", "b");
        assertThat(orders.first().get(10, TimeUnit.SECONDS).position()).isEqualTo(new Position(1, 5));
        assertThat(orders.up()).extracting(Instance::id).containsExactly("a", "b");
        assertThat(client.state().connected()).isTrue();
        await().until(() -> new Position(1, 5).equals(client.state().position()));
        assertThat(client.state().sinceLastByte()).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void opensAStreamThatWatchesNothing() throws Exception {
        client.start();
        registry.nextStream().watcher("w1", "1:0");
        await().until(() -> client.state().connected());
    }

    @Test
    void givesListenersEveryStateInOrderAndTheCurrentOneFirst() throws Exception {
        ServiceView orders = client.view("orders");
        List<Long> early = new CopyOnWriteArrayList<>();
        orders.onChange(snapshot -> {
            throw new IllegalStateException("a listener that fails harms nobody");
        });
        orders.onChange(snapshot -> early.add(snapshot.position().index()));
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:1").snapshot("orders", "1:1");
        orders.first().get(10, TimeUnit.SECONDS);
        List<Long> late = new CopyOnWriteArrayList<>();
        ServiceView.Subscription subscription =
                orders.onChange(snapshot -> late.add(snapshot.position().index()));
        assertThat(late).containsExactly(1L);
        for (int i = 2; i <= 100; i++) {
            stream.change("orders", "1:" + i, "a" + i);
        }
        await().until(() -> late.size() == 100);
        assertThat(early).isSorted().hasSize(100);
        assertThat(late).isSorted();
        subscription.close();
        stream.change("orders", "1:101", "z");
        await().until(() -> early.size() == 101);
        assertThat(late).hasSize(100);
    }

    @Test
    void endsALineWithoutEnd() throws Exception {
        client.view("orders");
        client.start();
        Stream first = registry.nextStream().watcher("w1", "1:5");
        String megabyte = "x".repeat(1 << 20);
        first.raw("data: ");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 40; i++) {
                        first.raw(megabyte);
                    }
                })
                .as("the client cuts the connection")
                .isInstanceOf(IOException.class);
        first.cut();
        registry.nextStream();
    }

    @Test
    void passesOverUnknownEventsAndForeignServices() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        Stream stream = registry.nextStream();
        stream.raw("event: weather\ndata: sunny\n\n").watcher("w1", "1:5");
        stream.snapshot("unheard-of", "1:5", "x").change("unheard-of", "1:6", "y");
        stream.raw("event: change\ndata: {\"namespace\":\"other\",\"service\":\"orders\",\"position\":\"1:6\"}\n\n");
        stream.snapshot("orders", "1:6", "a");
        orders.first().get(10, TimeUnit.SECONDS);
        assertThat(client.views()).containsExactly(orders);
        assertThat(registry.hasNoFurtherStream()).isTrue();
    }

    @Test
    void readsFieldsAndStatusesOfANewerRegistry() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        registry.nextStream()
                .watcher("w1", "1:5")
                .raw("event: snapshot\ndata: {\"warming\":false,\"new\":1,\"snapshot\":{\"service\":\"orders\","
                        + "\"position\":\"1:5\",\"instances\":[{\"id\":\"a\",\"generation\":\"1:1\",\"host\":\"h\","
                        + "\"port\":1,\"secure\":false,\"weight\":1,\"status\":\"DREAMING\",\"more\":{}}]}}\n\n");
        orders.first().get(10, TimeUnit.SECONDS);
        assertThat(orders.snapshot().instances()).hasSize(1);
        assertThat(orders.up()).isEmpty();
    }

    @Test
    void needsNoThreadPerService() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5");
        for (int i = 0; i < 200; i++) {
            client.view("s" + i);
        }
        await().until(() -> registry.requests("PUT", "/services").stream()
                .anyMatch(request -> request.body().split(",").length == 200));
        for (int i = 0; i < 200; i++) {
            stream.snapshot("s" + i, "1:5", "a");
        }
        await().until(() -> client.views().stream().allMatch(ServiceView::known));
        // Those of the tests before may not have ended yet.
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("muster-client") && !before.contains(thread))
                .count();
        assertThat(threads).isLessThanOrEqualTo(6);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("muster-client"))
                .allMatch(Thread::isDaemon);
    }

    @Test
    void endsTheConnectionWhenItCloses() throws Exception {
        client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        await().until(() -> client.view("orders").known());
        client.close();
        await().pollInterval(Duration.ofMillis(10)).until(() -> isBroken(stream));
    }

    @Test
    void endsTheConnectionWhenAListenerHangs() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        client.view("orders").onChange(snapshot -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        await().until(() -> client.view("orders").known());
        client.close();
        await().pollInterval(Duration.ofMillis(10)).until(() -> isBroken(stream));
        hold.countDown();
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        Set<Thread> before = selectors();
        for (int i = 0; i < 5; i++) {
            try (RegistryClient other = RegistryClient.create(fast(registry.url()))) {
                other.view("orders");
                other.start();
                registry.nextStream().watcher("w" + i, "1:5").snapshot("orders", "1:5", "a");
                await().until(() -> other.view("orders").known());
            }
        }
        // HttpClient's selector thread ends some time after its last connection, when the client is collected.
        await().atMost(Duration.ofSeconds(50)).until(() -> {
            System.gc();
            return before.containsAll(selectors());
        });
    }

    private static Set<Thread> selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("SelectorManager"))
                .collect(Collectors.toSet());
    }

    @Test
    void outlivesAListenerThatThrowsAnError() throws Exception {
        client.onStateChange(state -> {
            throw new NoClassDefFoundError("a listener whose class is not there");
        });
        client.view("orders").onChange(snapshot -> {
            throw new AssertionError("a listener that fails harms nobody");
        });
        client.start();
        registry.nextStream()
                .watcher("w1", "1:5")
                .snapshot("orders", "1:5", "a")
                .cut();
        registry.nextStream().watcher("w2", "1:6").change("orders", "1:6", "b");
        await().until(() -> client.view("orders").up().size() == 2);
    }

    @Test
    void refusesARegistrationOnceItIsClosed() {
        InstanceRegistration registration = client.register("orders", "a", Registration.of("p", "127.0.0.1", 80));
        client.close();
        assertThatThrownBy(registration::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private static boolean isBroken(Stream stream) {
        try {
            stream.raw(":\n\n");
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void closesFastWhateverTheRegistryDoes() {
        registry.script(request -> HANG);
        Duration fastest = Duration.ofMinutes(1);
        for (int round = 1; round <= 5; round++) {
            RegistryClient closing = RegistryClient.create(fast(registry.url()));
            ServiceView orders = closing.view("orders");
            closing.start();
            var lookup = closing.lookup("orders");
            int asked = 2 * round;
            await().until(() -> registry.requests("GET", "").size() == asked);
            long before = System.nanoTime();
            closing.close();
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            fastest = took.compareTo(fastest) < 0 ? took : fastest;
            assertThat(orders.first()).isCompletedExceptionally();
            await().until(lookup::isCompletedExceptionally);
            assertThatThrownBy(() -> closing.view("orders")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(closing::start).isInstanceOf(IllegalStateException.class);
        }
        // A machine that is busy makes some of them long, never all.
        assertThat(fastest).as("the shortest of five times").isLessThan(Duration.ofMillis(900));
    }
}
