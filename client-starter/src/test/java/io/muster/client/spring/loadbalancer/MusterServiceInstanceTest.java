package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.cloud.client.loadbalancer.LoadBalancerUriTools;

class MusterServiceInstanceTest {
    @Test
    void carriesWhatTheRegistrySays() {
        MusterServiceInstance instance = MusterServiceInstance.of("orders", instance("10.0.0.1", false, 7));

        assertThat(instance.getServiceId()).isEqualTo("orders");
        assertThat(instance.getInstanceId()).isEqualTo("o-1").isEqualTo(instance.id());
        assertThat(instance.getUri()).isEqualTo(URI.create("http://10.0.0.1:8080"));
        assertThat(instance.generation()).isEqualTo("3:4");
        assertThat(instance.weight()).isEqualTo(7);
        assertThat(instance.zone()).isEqualTo("z1");
        assertThat(instance.getMetadata()).isEqualTo(Map.of("team", "blue", "zone", "z1", "weight", "7"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, false, http://10.0.0.1:8080/a?b=%20",
        "host.example, true, https://host.example:8080/a?b=%20",
        "fe80::1, false, http://[fe80::1]:8080/a?b=%20"
    })
    void standsInForTheServiceInAUri(String host, boolean secure, String expected) {
        MusterServiceInstance instance = MusterServiceInstance.of("orders", instance(host, secure, 100));

        URI uri = LoadBalancerUriTools.reconstructURI(instance, URI.create("http://orders/a?b=%20"));

        assertThat(uri).hasToString(expected);
    }

    @Test
    void equalsByValue() {
        MusterServiceInstance one = MusterServiceInstance.of("orders", instance("10.0.0.1", false, 7));

        assertThat(one)
                .isEqualTo(MusterServiceInstance.of("orders", instance("10.0.0.1", false, 7)))
                .hasSameHashCodeAs(MusterServiceInstance.of("orders", instance("10.0.0.1", false, 7)))
                .isNotEqualTo(MusterServiceInstance.of("orders", instance("10.0.0.1", false, 8)))
                .isNotEqualTo(MusterServiceInstance.of("carts", instance("10.0.0.1", false, 7)));
    }

    private static Instance instance(String host, boolean secure, int weight) {
        return new Instance(
                "o-1",
                new Position(3, 4),
                host,
                8080,
                secure,
                InstanceStatus.UP,
                "",
                weight,
                "z1",
                Map.of("team", "blue"),
                null);
    }
}
