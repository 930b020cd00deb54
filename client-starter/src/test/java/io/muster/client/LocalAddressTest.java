package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalAddressTest {
    @Test
    void findsLoopbackTowardsLoopback() {
        assertThat(LocalAddress.towards(List.of(URI.create("http://127.0.0.1:7070"))))
                .contains(InetAddress.getLoopbackAddress());
    }

    @Test
    void asksTheNextOneWhenThereIsNoWayToTheFirst() {
        assertThat(LocalAddress.towards(
                        List.of(URI.create("http://no-such-host.invalid"), URI.create("http://127.0.0.1"))))
                .isPresent();
    }

    @Test
    void isEmptyWithoutAnyWay() {
        assertThat(LocalAddress.towards(List.of(URI.create("http://no-such-host.invalid"))))
                .isEmpty();
    }
}
