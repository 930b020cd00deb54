package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"server.address=0.0.0.0", "server.address=", "server.address=::"})
    void anAddressThatOthersReachIsRefused(String property) {
        assertThatThrownBy(() -> RunningRegistry.start(property))
                .hasRootCauseMessage(rootMessage("server.address", property));
    }

    @Test
    void aManagementPortThatOthersReachIsRefused() {
        assertThatThrownBy(() -> RunningRegistry.start("management.server.port=0"))
                .rootCause()
                .hasMessageContaining("management.server.address must be a loopback address");
    }

    @Test
    void aProtocolThatGoesAroundTheBoundsIsRefused() {
        assertThatThrownBy(() -> RunningRegistry.start("server.http2.enabled=true"))
                .rootCause()
                .hasMessageContaining("server.http2.enabled must be false but was true");
    }

    @Test
    void anOpenServerStartsWhenItIsSaidAloud() {
        try (RunningRegistry registry =
                RunningRegistry.start("server.address=0.0.0.0", "muster.server.auth.mode=none")) {
            assertThat(registry.call("GET", "/v1/services").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "muster.server.ttl=1s",
                "muster.server.heartbeat=0s",
                "muster.server.gather=-1ms",
                "muster.server.keep-alive=1ms",
                "muster.server.limits.max-instances=0"
            })
    void settingsThatCannotBeMeantAreRefusedByName(String property) {
        String name = property.substring("muster.server.".length(), property.indexOf('='));
        assertThatThrownBy(() -> RunningRegistry.start(property))
                .satisfies(e -> assertThat(messages(e))
                        .anyMatch(message -> message.replace("-", "")
                                .toLowerCase(java.util.Locale.ROOT)
                                .contains(name.replace("-", ""))));
    }

    private static String rootMessage(String name, String property) {
        String address = property.endsWith("=")
                ? "every address of this machine"
                : property.endsWith("::") ? "0:0:0:0:0:0:0:0" : "0.0.0.0";
        return name + " must be a loopback address unless muster.server.auth.mode is token or none but was " + address;
    }

    private static List<String> messages(Throwable error) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            messages.add(String.valueOf(cause.getMessage()));
        }
        return messages;
    }
}
