package io.muster.registry.watch;

import io.muster.api.ClosingEvent;
import io.muster.api.DrainResult;
import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.api.ProblemException;
import io.muster.api.Subscription;
import io.muster.api.WatcherEvent;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.Engine;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import reactor.core.publisher.Flux;

/**
 * Joins the engine's changes with the watchers. Its public methods are thread-safe.
 *
 * <p>One thread gathers, encodes and hands out; writing happens on the connections' own threads.
 */
public final class WatchHub implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final Engine engine;
    private final ServiceEncoder encoder;
    private final WatchConfig config;
    private final LongSupplier nanoClock;
    private final HubThread thread;
    private final SecureRandom random = new SecureRandom();

    private final Map<String, Watcher> watchers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Touched by the hub's thread alone. */
    private final Topics topics = new Topics();

    private final KeepAlives keepAlives;
    private final Audience audience;
    private final BlockingQueries queries;
    private final Dispatcher dispatcher;

    /**
     * @param engine where changes come from
     * @param encoder encodes services
     * @param config how streams behave
     * @param nanoClock monotonic time in nanoseconds
     * @param executor one thread; the caller shuts it down after {@link #close()}
     */
    public WatchHub(
            Engine engine,
            ServiceEncoder encoder,
            WatchConfig config,
            LongSupplier nanoClock,
            ScheduledExecutorService executor) {
        this.engine = engine;
        this.encoder = encoder;
        this.config = config;
        this.nanoClock = nanoClock;
        this.thread = new HubThread(executor);
        this.audience =
                new Audience(config.absence().toNanos(), config.maxWatchers(), engine.view()::warming, this::isGone);
        this.queries = new BlockingQueries(engine.view(), config.maxWatchers());
        this.keepAlives = new KeepAlives(config.stalledAfter().toNanos(), this::forget);
        this.dispatcher =
                new Dispatcher(engine, encoder, topics, queries, config.gather().toNanos(), nanoClock, thread);
    }

    /** Begins to follow the engine. */
    public void start() {
        dispatcher.start();
        long slotNanos = Math.max(1, config.keepAlive().toNanos() / KeepAlives.SLOTS);
        thread.every(slotNanos, this::turn);
    }

    /**
     * Opens a stream.
     *
     * @param request what it is to carry
     * @param cut cuts its connection, whatever is still unwritten
     * @return what to write, for one subscriber: arrays that belong to one write, shared and only to be read; each group is to be flushed before the next is asked for. Cancelling it
     *     ends the watcher
     * @throws io.muster.api.ProblemException with status 503 when too many are open or the registry is closing
     */
    public Flux<Flux<byte[][]>> watch(WatchRequest request, Runnable cut) {
        if (closed) {
            throw Problem.of(503, "Closing", "the registry is closing").asException();
        }
        if (watchers.size() >= config.maxWatchers()) {
            throw Problem.of(503, "Too many streams", "at most " + config.maxWatchers() + " streams may be open")
                    .asException();
        }
        return Flux.defer(() -> {
            Watcher watcher = new Watcher(newId(), request, cut, nanoClock);
            watchers.put(watcher.id(), watcher);
            thread.execute(() -> open(watcher));
            return watcher.groups(this::snapshot, dispatcher::idLine).doFinally(signal -> forget(watcher));
        });
    }

    /**
     * Replaces a watcher's services. Each one that was not there before is answered by its snapshot on the stream.
     *
     * @return completes when the subscription is in place
     * @throws io.muster.api.ProblemException with status 404 when there is no such watcher
     */
    public CompletableFuture<Void> subscribe(String watcherId, Subscription subscription) {
        Watcher watcher = find(watcherId);
        List<ServiceKey> wanted = watcher.request().keys(subscription);
        return CompletableFuture.runAsync(
                () -> {
                    // It may have ended since; joined now it would never leave.
                    find(watcherId);
                    for (ServiceKey service : List.copyOf(watcher.services())) {
                        if (!wanted.contains(service)) {
                            topics.leave(watcher, service);
                        }
                    }
                    for (ServiceKey service : wanted) {
                        if (topics.join(watcher, service)) {
                            watcher.stageSnapshot(service);
                        }
                    }
                    watcher.release();
                },
                thread);
    }

    /**
     * In which namespace a watcher's services are.
     *
     * @throws io.muster.api.ProblemException with status 404 when there is no such watcher
     */
    public String namespace(String watcherId) {
        return find(watcherId).request().namespace();
    }

    /**
     * Notes that a watcher has applied everything up to a position.
     *
     * @throws io.muster.api.ProblemException with status 404 when there is no such watcher
     */
    public void acknowledge(String watcherId, Position position) {
        Watcher watcher = find(watcherId);
        watcher.acknowledge(position);
        if (audience.isAwaited()) {
            thread.execute(() -> audience.acknowledged(watcher));
        }
    }

    /**
     * A watcher's client ends its stream and acts on what it brought no more: nobody needs to wait for it.
     *
     * @param namespaces those whose watchers the caller may end
     * @return whether there was such a watcher
     */
    public CompletableFuture<Boolean> leave(String watcherId, Predicate<String> namespaces) {
        Watcher watcher = watchers.get(watcherId);
        boolean foreign = watcher != null && !namespaces.test(watcher.request().namespace());
        if (foreign || !isId(watcherId)) {
            return CompletableFuture.completedFuture(false);
        }
        if (watcher != null) {
            watcher.leave();
            watcher.close(Frame.closing(new ClosingEvent("the client left")));
        }
        return CompletableFuture.supplyAsync(() -> audience.left(watcherId) || watcher != null, thread);
    }

    /**
     * Waits until everybody who watches a service has applied a position of it, or until the future is cancelled.
     *
     * @param timeout after which the answer says who has not
     * @throws io.muster.api.ProblemException (as the future's failure) with status 503 when too many wait
     */
    public CompletableFuture<DrainResult> awaitAudience(ServiceKey service, Position position, Duration timeout) {
        CompletableFuture<DrainResult> result = new CompletableFuture<>();
        thread.execute(() -> {
            audience.begin(service, position, topics.of(service), result, nanoClock.getAsLong());
            limit(timeout, result, () -> audience.giveUp(service, position, result));
        });
        CompletableFuture<DrainResult> unused = result.whenComplete((answer, failure) -> {
            if (result.isCancelled()) {
                thread.execute(() -> audience.giveUp(service, position, result));
            }
        });
        return result;
    }

    /**
     * Waits until a service has changed after a position, the time is up, or the future is cancelled. The one who asks counts
     * as a watcher of the service that has applied the position, until one TTL after the answer.
     *
     * @param owner on whose behalf they ask; nobody speaks for another one's clients
     * @param client tells an owner's clients apart
     * @throws io.muster.api.ProblemException (as the future's failure) with status 503 when too many wait
     */
    public CompletableFuture<Void> awaitChange(
            ServiceKey service, Position position, Duration timeout, Object owner, String client) {
        CompletableFuture<Void> changed = new CompletableFuture<>();
        BlockingQueries.Query query = new BlockingQueries.Query(position, changed);
        thread.execute(() -> {
            // While it waits it counts, and one TTL from the answer, too.
            audience.asked(owner, client, service, position, nanoClock.getAsLong() + timeout.toNanos());
            queries.await(service, query);
            limit(timeout, changed, () -> queries.giveUp(service, query));
        });
        // Not what this returns: who cancels cancels the query itself.
        CompletableFuture<Void> unused = changed.whenComplete((done, failure) -> thread.execute(() -> {
            queries.giveUp(service, query);
            audience.asked(owner, client, service, position, nanoClock.getAsLong());
        }));
        return changed;
    }

    /** Gives up what is not answered in time, and keeps no timer of what is. */
    private <T> void limit(Duration timeout, CompletableFuture<T> answer, Runnable giveUp) {
        if (!answer.isDone()) {
            Future<?> timer = thread.after(timeout.toNanos(), giveUp);
            CompletableFuture<T> unused = answer.whenComplete((done, failure) -> timer.cancel(false));
        }
    }

    /** How many lookups and drains wait; of the hub's thread alone. */
    int waiting() {
        return queries.waiting() + audience.waiting();
    }

    /** How many streams are open. */
    public int watchers() {
        return watchers.size();
    }

    /** How often a slow watcher's changes collapsed into a snapshot. */
    public long collapses() {
        return dispatcher.collapses();
    }

    /** How many change events were handed to watchers. */
    public long events() {
        return dispatcher.events();
    }

    /** Ends all streams, marked as planned, and opens no more. */
    @Override
    public void close() {
        closed = true;
        Frame last = Frame.closing(new ClosingEvent("the registry is closing"));
        watchers.values().forEach(watcher -> watcher.close(last));
        thread.execute(queries::close);
    }

    private String newId() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** What is none may mean a blocking query's client, for whom nobody else speaks. */
    private static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    private Frame snapshot(ServiceKey service) {
        return Frame.snapshot(engine.view().warming(), encoder.encode(service));
    }

    private boolean isGone(InstanceReference reference) {
        return engine.view()
                .service(new ServiceKey(reference.namespace(), reference.service()))
                .find(reference.id())
                .filter(record -> record.generation().equals(reference.generation()))
                .isEmpty();
    }

    private Watcher find(String watcherId) {
        Watcher watcher = watchers.get(watcherId);
        if (watcher == null) {
            throw unknownWatcher();
        }
        return watcher;
    }

    /** There is no such watcher, or its stream has ended. */
    public static ProblemException unknownWatcher() {
        return Problem.of(404, "Unknown watcher", "there is no open stream of that watcher id")
                .asException();
    }

    private void open(Watcher watcher) {
        if (!watchers.containsKey(watcher.id())) {
            return;
        }
        boolean warming = engine.view().warming();
        watcher.stageControl(Frame.watcher(new WatcherEvent(watcher.id(), dispatcher.position(), warming)));
        List<ServiceKey> services = watcher.request().keys();
        services.forEach(service -> topics.join(watcher, service));
        String former = watcher.request().former();
        if (former != null && isId(former)) {
            Watcher before = watchers.get(former);
            if (before != null) {
                // Its end has not been noticed yet; when it is, nobody is missing any more.
                before.leave();
            }
            audience.returned(former, watcher);
        }
        dispatcher.resume(watcher, services);
        watcher.release();
        keepAlives.add(watcher, warming);
        if (closed) {
            watcher.close(Frame.closing(new ClosingEvent("the registry is closing")));
        }
    }

    private void lost(Watcher watcher) {
        if (watcher.request().acknowledges()) {
            audience.vanished(watcher, nanoClock.getAsLong());
        }
        InstanceReference instance = watcher.request().instance();
        if (instance != null) {
            engine.suspect(List.of(instance));
        }
    }

    private void forget(Watcher watcher) {
        thread.execute(() -> {
            if (watchers.remove(watcher.id()) == null) {
                return;
            }
            if (!watcher.hasLeft() && !closed) {
                lost(watcher);
            }
            topics.leaveAll(watcher);
            keepAlives.remove(watcher);
        });
    }

    private void turn() {
        audience.tick(nanoClock.getAsLong());
        keepAlives.turn(engine.view().warming());
    }
}
