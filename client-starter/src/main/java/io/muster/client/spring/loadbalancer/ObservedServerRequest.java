package io.muster.client.spring.loadbalancer;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.core.publisher.Flux;

/**
 * A request on its way through the gateway that knows whether it may be sent once more: while nobody has asked for its body,
 * which happens once there is a connection, or when it turned out to have none. What has come in cannot be read again.
 */
final class ObservedServerRequest extends ServerHttpRequestDecorator {
    private volatile boolean asked;
    private volatile boolean used;
    private volatile boolean ended;

    ObservedServerRequest(ServerHttpRequest request) {
        super(request);
    }

    /** Whether the same request may be sent again with the same body. */
    boolean isReplayable() {
        return !asked || (ended && !used);
    }

    @Override
    public Flux<DataBuffer> getBody() {
        return Flux.defer(() -> {
            asked = true;
            return getDelegate().getBody().doOnNext(buffer -> used = true).doOnComplete(() -> ended = true);
        });
    }
}
