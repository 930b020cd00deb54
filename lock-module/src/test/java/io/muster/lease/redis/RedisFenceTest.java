package io.muster.lease.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.muster.lease.Eventually;
import io.muster.lease.LeaseStore;
import io.muster.lease.StaleFenceException;
import io.muster.lease.jdbc.TcpLink;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisFenceTest {
    private static final String APPEND = "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('LLEN', KEYS[1])";

    private final String resource = "{r " + UUID.randomUUID() + "}";
    private RedisClient client;
    private RedisCommands<String, String> redis;
    private RedisFence fence;

    @BeforeAll
    void open() {
        RedisURI uri = RedisServer.uri();
        client = RedisClient.create(uri);
        redis = client.connect().sync();
        fence = RedisFence.open(uri);
    }

    @AfterAll
    void close() {
        if (client != null) {
            fence.close();
            client.shutdown();
        }
    }

    @Test
    void aWriteWithASmallerTokenIsRefusedAndNothingIsWritten() {
        long large = LeaseStore.MAX_TOKEN;
        fence.set(resource, large - 1, resource + "value", "first");
        fence.set(resource, large, resource + "value", "second");

        assertThatThrownBy(() -> fence.set(resource, large - 1, resource + "value", "stale"))
                .isInstanceOf(StaleFenceException.class)
                .hasMessageContaining(Long.toString(large - 1))
                .message()
                .doesNotContain(Long.toString(large));
        assertThat(redis.get(resource + "value")).isEqualTo("second");
        fence.set(resource, large, resource + "value", "third");
        assertThat(redis.get(resource + "value")).isEqualTo("third");
    }

    @Test
    void aRaiseKeepsOlderOnesOutBeforeAnythingIsWritten() {
        fence.raise(resource + "raised", 7);
        assertThatThrownBy(() -> fence.set(resource + "raised", 6, resource + "other", "stale"))
                .isInstanceOf(StaleFenceException.class);
        assertThatThrownBy(() -> fence.raise(resource + "raised", 6)).isInstanceOf(StaleFenceException.class);
        assertThat(redis.get(resource + "other")).isNull();
    }

    @Test
    void aScriptSeesItsOwnKeysAndValues() {
        Object length = fence.eval(
                resource + "list", 1, APPEND, ScriptOutputType.INTEGER, List.of(resource + "list"), List.of("a"));
        assertThat(length).isEqualTo(1L);
        assertThat(redis.lrange(resource + "list", 0, -1)).containsExactly("a");
        assertThatThrownBy(() -> fence.eval(
                        resource + "list", 2, "return nonsense(", ScriptOutputType.INTEGER, List.of(), List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(resource);
    }

    @Test
    void aScriptThatWasUnderWayWhenTheConnectionBrokeIsNotSentAgain() throws Exception {
        RedisURI uri = RedisServer.uri();
        String list = resource + "broken";
        try (TcpLink link = TcpLink.to(uri.getHost(), uri.getPort());
                RedisFence far = RedisFence.open(RedisURI.create("127.0.0.1", link.port()))) {
            append(far, list, "a");
            link.silence();
            CompletableFuture<Void> lost = CompletableFuture.runAsync(() -> append(far, list, "b"));
            Eventually.holds("the server has run the script", () -> redis.llen(list) == 2);
            link.cut();

            assertThatThrownBy(lost::join)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the outcome is unknown");
            Eventually.holds("it is connected again", () -> connected(far));
            append(far, list, "c");
            assertThat(redis.lrange(list, 0, -1)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void whatIsNoNameAndNoTokenIsRefused() {
        assertThatThrownBy(() -> fence.raise("", 1)).hasMessageContaining("resource must be");
        assertThatThrownBy(() -> fence.raise(resource, LeaseStore.MAX_TOKEN + 1))
                .hasMessageContaining("token must be");
    }

    private static void append(RedisFence fence, String list, String value) {
        Object unused = fence.eval(list, 1, APPEND, ScriptOutputType.INTEGER, List.of(list), List.of(value));
    }

    private boolean connected(RedisFence far) {
        try {
            far.raise(resource + "connected", 1);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
