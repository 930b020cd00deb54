package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Hash;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRequest;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

class HashKeysTest {
    private static final String HASH = "muster.load-balancer.services.stock.hash";

    private final HashKeys keys = new HashKeys(Map.of("tenant", request -> "acme"));

    @Test
    void findsNothingWhereNothingIsConfigured() {
        assertThat(keys.of(HASH, new Hash(null, null, null, null, null))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "X-User, , , , , alice",
        "x-user, , , , , alice",
        "X-Nobody, , , , , ",
        ", session, , , , s-1",
        ", other, , , , ",
        ", , cart, , , 7",
        ", , none, , , ",
        ", , , /users/{id}/**, , b%20b",
        ", , , /users/*/{what}, , orders",
        ", , , '/users/*/{what:[a-z]{3,9}}', , orders",
        ", , , '/users/{*rest}', , /b%20b/orders",
        ", , , /carts/{id}, , ",
        ", , , , tenant, acme",
    })
    void findsWhatIsConfigured(
            @Nullable String header,
            @Nullable String cookie,
            @Nullable String query,
            @Nullable String path,
            @Nullable String bean,
            @Nullable String expected) {
        HashKeyResolver resolver = Objects.requireNonNull(keys.of(HASH, new Hash(header, cookie, query, path, bean)));

        CharSequence key = resolver.key(request());

        assertThat(key == null ? null : key.toString())
                .isIn(expected, expected == null ? null : expected.replace("%20", " "));
    }

    @Test
    void refusesMoreThanOneThing() {
        assertThatThrownBy(() -> keys.of(HASH, new Hash("X-User", "session", null, null, null)))
                .hasMessageContaining("must have one of header, cookie, query, path and bean");
    }

    @ParameterizedTest
    @CsvSource({"/users", "/users/{id}/orders/{order}", "/users/{id"})
    void refusesAPathWithoutOneVariable(String path) {
        assertThatThrownBy(() -> keys.of(HASH, new Hash(null, null, null, path, null)))
                .hasMessageContaining(HASH + ".path must be a pattern with one variable")
                .hasMessageContaining(path);
    }

    /** What clients that know of headers alone say of their cookies. */
    @ParameterizedTest
    @CsvSource({
        "session=x, x",
        "theme=dark; session=x, x",
        "session=x; lang=en, x",
        "xsession=y;session=x=1; lang=en, x=1",
        "theme=dark, ",
        "session, ",
        "session=, ''",
    })
    void findsACookieAmongOthersInTheHeader(String header, @Nullable String expected) {
        HttpHeaders headers = new HttpHeaders();
        headers.add("Cookie", header);
        HashKeyResolver resolver = Objects.requireNonNull(keys.of(HASH, new Hash(null, "session", null, null, null)));
        RequestData blocking = new RequestData(new BlockingRequest(headers));
        RequestData feign =
                new RequestData(HttpMethod.GET, URI.create("http://stock/"), headers, null, new HashMap<>());

        assertThat(resolver.key(blocking)).isEqualTo(expected);
        assertThat(resolver.key(feign)).isEqualTo(expected);
    }

    /** A request of a blocking client's. */
    private record BlockingRequest(HttpHeaders headers) implements HttpRequest {
        @Override
        public HttpMethod getMethod() {
            return HttpMethod.GET;
        }

        @Override
        public URI getURI() {
            return URI.create("http://stock/");
        }

        @Override
        public Map<String, Object> getAttributes() {
            return Map.of();
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }

    private static RequestData request() {
        HttpHeaders headers = new HttpHeaders();
        headers.add("X-User", "alice");
        MultiValueMap<String, String> cookies = new LinkedMultiValueMap<>();
        cookies.add("session", "s-1");
        return new RequestData(
                HttpMethod.GET,
                URI.create("http://stock/users/b%20b/orders?cart=7&cart=8"),
                headers,
                cookies,
                new HashMap<>());
    }
}
