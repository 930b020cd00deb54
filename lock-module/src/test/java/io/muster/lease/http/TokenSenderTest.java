package io.muster.lease.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Lease;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseSettings;
import io.muster.lease.Leases;
import io.muster.lease.store.InMemoryLeaseStore;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSenderTest {
    private final Leases leases = Leases.open(new InMemoryLeaseStore(), LeaseSettings.defaults("test"));
    private final TokenSender sender = new TokenSender(List.of("Ledger", "*.example.org", "[::1]"));

    @AfterEach
    void close() {
        leases.close();
    }

    @ParameterizedTest
    @CsvSource({
        "http://ledger/x, true",
        "http://LEDGER:8080/x, true",
        "https://a.example.org/, true",
        "https://a.b.Example.org/, true",
        "http://[::1]:80/, true",
        "http://ledger.example.com/, false",
        "http://xledger/, false",
        "https://example.org/, false",
        "https://.example.org/, false",
        "https://evilexample.org/, false",
        "https://a.example.org.evil/, false",
        "https://ledger@evil/, false",
        "https://evil/ledger, false",
        "http://my_service/, false",
        "mailto:ledger, false"
    })
    void onlyListedHostsAreSentTokens(URI target, boolean sent) {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        assertThat(sender.value(target, false, List.of(lease)).isPresent()).isEqualTo(sent);
        assertThat(sender.value(target, true, List.of(lease))).contains("a;t=" + lease.fencingToken());
        assertThat(sender.value(target, true, List.of())).isEmpty();
    }

    @Test
    void eachLeaseIsSentOnceAndALostOneNotAtAll() {
        URI target = URI.create("http://ledger/");
        Lease outer = leases.tryAcquire("outer").orElseThrow();
        Lease inner = leases.tryAcquire("inner").orElseThrow();
        assertThat(sender.value(target, false, List.of(outer, inner, outer)))
                .contains("outer;t=" + outer.fencingToken() + ", inner;t=" + inner.fencingToken());
        outer.close();
        assertThatThrownBy(() -> sender.value(target, false, List.of(outer, inner)))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("outer");
        assertThat(sender.value(URI.create("http://elsewhere/"), false, List.of(outer, inner)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "a.*",
                "*a",
                "http://a",
                "a:80",
                "a/b",
                "a b",
                "*..b",
                "u@a",
                "my_service",
                "*.my_zone",
                "[::x]"
            })
    void aListThatCannotBeMeantIsRefused(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenSender(List.of(host)))
                .withMessageContaining("\"" + host + "\"");
    }
}
