package io.muster.samples.demo;

import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the demo does, in order. */
final class Scenario {
    private static final int ORDERS_PER_SECOND = 250;
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(30);
    private static final long KILL_AT = 6;
    private static final long ADD_AT = 9;
    private static final long AT_LEAST = 25;
    private static final long AT_MOST = 90;
    /** How long the newcomer is watched once it serves. */
    private static final long AFTER_ARRIVAL = 5;

    private final Fleet fleet;
    private final Board board;
    private final HttpClient client;
    private final Observer observer;
    private final Moments moments = new Moments();

    Scenario(Fleet fleet, Board board, HttpClient client) {
        this.fleet = fleet;
        this.board = board;
        this.client = client;
        this.observer = new Observer(client);
    }

    /** Plays it to its end; whether every order was answered 2xx and stored exactly once, and nothing runs on. */
    boolean play() throws IOException, InterruptedException {
        List<Integer> ports = Ports.free(6);
        Service registry = fleet.registry(ports.get(0));
        board.event("registry on :" + registry.port() + ", its output and that of all others in " + fleet.logs());
        await("the registry answers", () -> observer.answers(registry.uri("/v1/services")));

        List<Service> inventories = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            inventories.add(fleet.inventory(ports.get(i)));
        }
        Service orders = fleet.orders(ports.get(5));
        board.event("starting 3 inventory and 1 orders");
        for (Service service : inventories) {
            awaitUp(registry, service);
            board.instance(service.port(), "serving");
        }
        awaitUp(registry, orders);

        OrderLoad load = new OrderLoad(client, orders.uri("/orders"), ORDERS_PER_SECOND);
        board.event("all are UP; first orders, until they go fast enough");
        load.warmUp(WARM_UP_LIMIT);
        board.event(load.sent() + " orders sent; " + ORDERS_PER_SECOND + " orders/s from now on");
        board.begin(load);
        moments.started = System.nanoTime();
        load.start();
        Service victim = inventories.get(1);
        Service newcomer = disturb(load, registry, orders, victim, ports.get(4));
        load.stop();

        long stored = observer.stored(orders);
        List<Service> fallen = fleet.fallen(List.of(victim));
        boolean ended = fleet.stopAll();
        Summary summary = new Summary(load, stored, moments, newcomer.port(), fallen, ended);
        summary.save(fleet.logs());
        return summary.print(board);
    }

    /** Kills one and adds one while the orders run; returns the new one. */
    private Service disturb(OrderLoad load, Service registry, Service orders, Service victim, int newPort)
            throws IOException, InterruptedException {
        untilSecond(KILL_AT, load);
        victim.kill();
        moments.killed = System.nanoTime();
        board.instance(victim.port(), "killed");
        board.event(moments.secondsSinceStart(), "SIGKILL to " + victim);
        watch(() -> awaitOut(orders, victim));
        watch(() -> awaitDown(registry, victim));

        untilSecond(ADD_AT, load);
        moments.added = System.nanoTime();
        Service newcomer = fleet.inventory(newPort);
        board.instance(newPort, "starting");
        board.event(moments.secondsSinceStart(), "starting one more, " + newcomer);
        watch(() -> awaitArrival(registry, newcomer));

        long end = AT_LEAST;
        for (long second = ADD_AT + 1; second <= Math.min(end, AT_MOST); second++) {
            untilSecond(second, load);
            if (moments.down == 0 || load.firstServedBy(newPort) == 0) {
                end = Math.max(end, second + AFTER_ARRIVAL);
            }
        }
        return newcomer;
    }

    private void awaitOut(Service orders, Service victim) throws InterruptedException {
        until(10, () -> !observer.inRotation(orders, "inventory", victim.port()));
        moments.out = System.nanoTime();
        board.event(moments.secondsSinceStart(), "orders has " + victim + " out of its rotation");
    }

    private void awaitDown(Service registry, Service victim) throws InterruptedException {
        until(50, () -> !"UP".equals(observer.status(registry, "inventory", victim.port())));
        moments.down = System.nanoTime();
        board.instance(victim.port(), "DOWN");
        board.event(moments.secondsSinceStart(), "the registry has " + victim + " DOWN");
    }

    private void awaitArrival(Service registry, Service newcomer) throws InterruptedException {
        until(20, () -> "UP".equals(observer.status(registry, "inventory", newcomer.port())));
        moments.up = System.nanoTime();
        board.instance(newcomer.port(), "serving");
        board.event(moments.secondsSinceStart(), "the registry has " + newcomer + " UP");
    }

    /** Draws the board each second until the given second of the load. */
    private void untilSecond(long second, OrderLoad load) throws InterruptedException {
        for (long next = moments.secondsSinceStart() + 1; next <= second; next++) {
            long wait = moments.started + next * 1_000_000_000L - System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(Math.max(0, wait));
            board.draw(next, load);
        }
    }

    private void awaitUp(Service registry, Service service) throws InterruptedException {
        await(service + " is UP", () -> {
            if (!service.running()) {
                throw new IllegalStateException(service + " ended while starting, see " + service.log());
            }
            return "UP".equals(observer.status(registry, service.name(), service.port()));
        });
    }

    private static void await(String fact, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("After " + START_LIMIT.toSeconds() + " s it is not so that " + fact);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static void until(long pollMillis, Condition condition) throws InterruptedException {
        while (!condition.holds()) {
            TimeUnit.MILLISECONDS.sleep(pollMillis);
        }
    }

    private static void watch(Watch watch) {
        Thread thread = new Thread(
                () -> {
                    try {
                        watch.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "watch");
        thread.setDaemon(true);
        thread.start();
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    @FunctionalInterface
    private interface Watch {
        void run() throws InterruptedException;
    }
}
