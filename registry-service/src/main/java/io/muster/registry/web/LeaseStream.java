package io.muster.registry.web;

import io.muster.api.JsonCodec;
import io.muster.registry.lease.LeaseEvent;
import io.muster.registry.lease.LeaseService;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** What becomes of leases, as server-sent events. A reader that is slow for long is cut, and resumes from its last event. */
final class LeaseStream {
    private static final int MAX_WAITING = 1024;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

    private LeaseStream() {}

    /** @param lastEventId from where on; null for from now on */
    static Flux<ServerSentEvent<String>> open(
            LeaseService service, Predicate<String> names, @Nullable String lastEventId) {
        return Flux.defer(() -> {
            Sinks.Many<LeaseEvent> sink =
                    Sinks.many().unicast().onBackpressureBuffer(new ArrayBlockingQueue<>(MAX_WAITING));
            Consumer<LeaseEvent> listener = event -> {
                if (names.test(event.name()) && sink.tryEmitNext(event).isFailure()) {
                    sink.tryEmitComplete();
                }
            };
            // Listening first: an event that is in both is passed over, and none is missed.
            service.events().subscribe(listener, sink::tryEmitComplete);
            List<LeaseEvent> past = service.table().events(name -> true);
            long newest = past.isEmpty() ? 0 : past.get(past.size() - 1).index();
            long from = lastEventId == null ? newest : number(lastEventId, newest);
            boolean gap =
                    from > newest || (!past.isEmpty() && from < past.get(0).index() - 1);
            Flux<LeaseEvent> missed =
                    Flux.fromIterable(past).filter(event -> event.index() > from && names.test(event.name()));
            Flux<ServerSentEvent<String>> events = missed.concatWith(
                            sink.asFlux().publishOn(Schedulers.parallel()).filter(event -> event.index() > newest))
                    .map(event -> encoded(service, event));
            Flux<ServerSentEvent<String>> begin = gap
                    ? Flux.just(ServerSentEvent.<String>builder()
                            .event("gap")
                            .id(Long.toString(from))
                            .data("{}")
                            .build())
                    : Flux.just(ServerSentEvent.<String>builder()
                            .comment("from " + from)
                            .build());
            Flux<ServerSentEvent<String>> alive = Flux.interval(KEEP_ALIVE)
                    .onBackpressureDrop()
                    .map(beat -> ServerSentEvent.<String>builder().comment("").build());
            return begin.concatWith(events.materialize()
                            .mergeWith(alive.materialize())
                            .takeUntil(signal -> signal.isOnComplete() || signal.isOnError())
                            .<ServerSentEvent<String>>dematerialize())
                    .doFinally(signal -> service.events().unsubscribe(listener));
        });
    }

    private static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static ServerSentEvent<String> encoded(LeaseService service, LeaseEvent event) {
        byte[] json = JsonCodec.server()
                .encode(LeaseController.entry(event, service.table().clock()));
        return ServerSentEvent.<String>builder()
                .id(Long.toString(event.index()))
                .event(event.kind().name().toLowerCase(Locale.ROOT))
                .data(new String(json, StandardCharsets.UTF_8))
                .build();
    }
}
