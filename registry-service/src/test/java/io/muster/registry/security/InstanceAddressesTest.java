package io.muster.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import io.muster.api.ProblemException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where instances may be, however their addresses are written. */
class InstanceAddressesTest {
    private static final List<String> DEFAULTS =
            List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128");
    private static final String PEER = "203.0.113.9";

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3",
        "172.16.0.1, 172.16.0.1",
        "172.31.255.255, 172.31.255.255",
        "192.168.0.1, 192.168.0.1",
        "127.0.0.1, 127.0.0.1",
        "::1, 0:0:0:0:0:0:0:1",
        "fd12::7, fd12:0:0:0:0:0:0:7",
        "::ffff:10.1.2.3, 10.1.2.3",
        "203.0.113.9, 203.0.113.9",
        "::ffff:203.0.113.9, 203.0.113.9",
    })
    void anAllowedNetworkOrTheCallersOwnAddressIsTaken(String host, String address) {
        assertThat(resolve(DEFAULTS, host)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "203.0.113.10",
                "8.8.8.8",
                "172.32.0.1",
                "11.0.0.1",
                "2001:db8::1",
                "::ffff:8.8.8.8",
                "100.64.0.1",
            })
    void anotherNetworkIsNot(String host) {
        assertRefused(DEFAULTS, host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.0.1",
                "169.254.170.2",
                "0.0.0.0",
                "0.1.2.3",
                "255.255.255.255",
                "224.0.0.1",
                "239.255.255.250",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "::",
                "fe80::1",
                "febf::1",
                "ff02::1",
                "fd00:ec2::254",
                "FD00:0EC2:0:0:0:0:0:0254",
                "fd20:ce::254",
                "::ffff:169.254.169.254",
                "::ffff:a9fe:a9fe",
                "0:0:0:0:0:ffff:a9fe:a9fe",
                "::169.254.169.254",
                "64:ff9b::169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "::ffff:0.0.0.0",
                "::ffff:224.0.0.1",
            })
    void someAddressesAreNeverAllowed(String host) {
        List<String> everything = List.of("0.0.0.0/0", "::/0");
        assertThat(Names.host(host)).as("what the API takes").isEqualTo(host);
        assertRefused(everything, host);
        InetAddress itself = address(host);
        Caller there = new Caller("x", itself, "x", new Caller.Grant.All());
        assertThatThrownBy(() -> addresses(everything, name -> new InetAddress[] {itself})
                        .resolve(host, there)
                        .block())
                .as("not even from there")
                .isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> resolve(everything, name -> new InetAddress[] {itself}, "innocent.example"))
                .as("nor by a name")
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("innocent.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "127.1", "0x7f000001", "017700000001", "localhost"})
    void whatTheSystemTakesForAnAddressIsJudgedByWhatItMeans(String host) {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> resolve(
                        DEFAULTS,
                        name -> {
                            asked.incrementAndGet();
                            return new InetAddress[] {address("169.254.169.254")};
                        },
                        host))
                .isInstanceOf(InvalidFieldException.class);
        assertThat(asked).hasValue(1);
    }

    @Test
    void everyAddressOfANameMustBeAllowed() {
        InstanceAddresses.Lookup two = name -> new InetAddress[] {address("10.0.0.1"), address("169.254.169.254")};
        assertThatThrownBy(() -> resolve(DEFAULTS, two, "orders.internal")).isInstanceOf(InvalidFieldException.class);

        InstanceAddresses.Lookup good = name -> new InetAddress[] {address("10.0.0.1"), address("10.0.0.2")};
        assertThat(resolve(DEFAULTS, good, "orders.internal")).isEqualTo("10.0.0.1");
    }

    @Test
    void aNameThatNobodyKnowsIsAClearError() {
        assertThatThrownBy(() -> resolve(
                        DEFAULTS,
                        name -> {
                            throw new UnknownHostException(name);
                        },
                        "orders.invalid"))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("host must be a name that this registry can resolve but was orders.invalid");
    }

    @Test
    void aNameThatTakesTooLongIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        assertThatThrownBy(() -> resolve(
                        DEFAULTS,
                        name -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                throw new UnknownHostException(name);
                            }
                            return new InetAddress[0];
                        },
                        "slow.example"))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().status()).isEqualTo(503);
                    assertThat(e.problem().detail()).contains("within 2s");
                    assertThat(e.problem().value()).isEqualTo("slow.example");
                });
    }

    @Test
    void oneClientsSlowNamesLeaveRoomForOthers() {
        CountDownLatch slow = new CountDownLatch(1);
        InstanceAddresses addresses = addresses(DEFAULTS, name -> {
            await(slow);
            return new InetAddress[] {address("10.0.0.1")};
        });
        Caller greedy = new Caller("x", address(PEER), "x", new Caller.Grant.All());
        List<CompletableFuture<String>> under = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            under.add(addresses.resolve("slow" + i, greedy).toFuture());
        }
        assertThatThrownBy(() -> addresses.resolve("another", greedy).block())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(429));
        Caller other = new Caller("y", address(PEER), "y", new Caller.Grant.All());
        CompletableFuture<String> modest = addresses.resolve("modest", other).toFuture();

        slow.countDown();
        assertThat(modest).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("10.0.0.1");
        assertThat(under).allSatisfy(one -> assertThat(one).succeedsWithin(Duration.ofSeconds(10)));
        assertThat(addresses.resolve("later", greedy).block()).isEqualTo("10.0.0.1");
    }

    private static void await(CountDownLatch latch) throws UnknownHostException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new UnknownHostException("interrupted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "10.0.0/8", "localhost/8", "fc00::/129", "/8", "10.0.0.0/x", ""})
    void aNetworkThatIsNoneIsNamed(String network) {
        assertThatThrownBy(() -> new AllowedNetworks(List.of(network)))
                .hasMessageContaining("muster.server.allowed-networks must be address/prefix")
                .hasMessageEndingWith("but was " + network);
    }

    private void assertRefused(List<String> networks, String host) {
        assertThatThrownBy(() -> resolve(networks, host))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith("host must be at the caller's own address")
                .hasMessageEndingWith("but was " + host);
    }

    private String resolve(List<String> networks, String host) {
        return resolve(
                networks,
                name -> {
                    throw new AssertionError("an address must not be looked up");
                },
                host);
    }

    private String resolve(List<String> networks, InstanceAddresses.Lookup lookup, String host) {
        Caller caller = new Caller("x", address(PEER), "x", new Caller.Grant.All());
        return addresses(networks, lookup).resolve(host, caller).blockOptional().orElseThrow();
    }

    private static InetAddress address(String literal) {
        return Objects.requireNonNull(AllowedNetworks.literal(literal), literal);
    }

    private InstanceAddresses addresses(List<String> networks, InstanceAddresses.Lookup lookup) {
        return new InstanceAddresses(new AllowedNetworks(networks), lookup, executor);
    }
}
