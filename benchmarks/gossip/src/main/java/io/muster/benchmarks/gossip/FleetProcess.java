package io.muster.benchmarks.gossip;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.StateValue;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A {@link Fleet} in a process of its own, measured from within: prints its figures, and ends when it is done or its input is. */
final class FleetProcess {
    /** Starts this program as one: {@code fleet PROFILE NODES STEADY_SECONDS TELEMETRY_SECONDS CHANGE_SECONDS CRASHES}. */
    static final String WORD = "fleet";

    private static final String FIGURE = "FIGURE";
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(60);
    private static final long SETTLE_SECONDS = 10;
    private static final Duration CRASH_PAUSE = Duration.ofSeconds(2);
    private static final int KEYS = 10;
    private static final int VALUE_BYTES = 64;
    private static final long CHANGE_SECONDS = 10;

    private final Profile profile;
    private final int nodes;
    private final Course course;

    private FleetProcess(List<String> words) {
        this.profile = Profile.valueOf(words.get(1));
        this.nodes = Integer.parseInt(words.get(2));
        this.course = new Course(
                Integer.parseInt(words.get(3)),
                Integer.parseInt(words.get(4)),
                Integer.parseInt(words.get(5)),
                Integer.parseInt(words.get(6)));
    }

    /**
     * What is done after the join, in this order; what has 0 seconds, or crashes, is not.
     *
     * @param steadySeconds nothing happens
     * @param telemetrySeconds each changes 10 keys of 64 bytes every 10 s
     * @param changeSeconds one node changes what it says of itself each second
     * @param crashes nodes that crash one after the other
     */
    record Course(int steadySeconds, int telemetrySeconds, int changeSeconds, int crashes) {
        /** Nothing: they join, and that is all. */
        static final Course JOIN = new Course(0, 0, 0, 0);
    }

    /** The words that start it. */
    static List<String> words(Profile profile, int nodes, Course course) {
        return List.of(
                WORD,
                profile.name(),
                Integer.toString(nodes),
                Integer.toString(course.steadySeconds),
                Integer.toString(course.telemetrySeconds),
                Integer.toString(course.changeSeconds),
                Integer.toString(course.crashes));
    }

    static void run(List<String> words) throws IOException, InterruptedException {
        Thread end = new Thread(FleetProcess::endWithInput, "end with input");
        end.setDaemon(true);
        end.start();
        new FleetProcess(words).run();
    }

    /** Reads a figure from what such a process says. */
    static Optional<Measured> read(String line) {
        String[] words = line.split(" ", 3);
        return words.length == 3 && words[0].equals(FIGURE)
                ? Optional.of(new Measured(Figure.valueOf(words[1]), Double.parseDouble(words[2])))
                : Optional.empty();
    }

    record Measured(Figure figure, double value) {}

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is asked of it.
            }
        } catch (IOException e) {
            // Closed is ended too.
        }
        Runtime.getRuntime().halt(1);
    }

    private void run() throws IOException, InterruptedException {
        long heapBefore = usedHeap();
        double cpuBefore = Usage.cpuNanos() / 1e9;
        Traffic trafficBefore = Traffic.here();
        try (Fleet fleet = new Fleet(profile, nodes)) {
            fleet.start();
            double cpuAtLastStart = Usage.cpuNanos() / 1e9;
            double join = fleet.views().awaitAllSeeAll(fleet.lastStart(), JOIN_LIMIT);
            tell(Figure.JOIN, join);
            tell(Figure.JOIN_FROM_FIRST, join + (fleet.lastStart() - fleet.firstStart()) / 1e9);
            Traffic traffic = Traffic.here().since(trafficBefore);
            System.out.printf(
                    Locale.ROOT,
                    "pairs that see each other: %.4f; CPU until the last start %.1f s, until then %.1f s;"
                            + " %d packets, %.1f MB%n",
                    fleet.views().completeness(),
                    cpuAtLastStart - cpuBefore,
                    Usage.cpuNanos() / 1e9 - cpuBefore,
                    traffic.packets(),
                    traffic.bytes() / 1e6);
            if (course.equals(Course.JOIN)) {
                return;
            }
            long joined = System.nanoTime();
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            tell(Figure.MEMORY, (double) (usedHeap() - heapBefore) / nodes);
            if (course.steadySeconds > 0) {
                Usage usage = Usage.over(course.steadySeconds, nodes);
                tell(Figure.BYTES, usage.bytes());
                tell(Figure.PACKETS, usage.packets());
                tell(Figure.CPU, usage.cpuPercent());
                tell(Figure.ALLOCATION, usage.allocated());
                tell(Figure.FALSE_DEATHS, (double) fleet.views().deaths(joined, seen -> true));
            }
            if (course.telemetrySeconds > 0) {
                telemetry(fleet, heapBefore);
            }
            if (course.changeSeconds > 0) {
                changes(fleet);
            }
            if (course.crashes > 0) {
                crash(fleet);
            }
        }
    }

    private void crash(Fleet fleet) throws InterruptedException {
        Crashes.Result result = new Crashes(fleet.views(), nodes).run(course.crashes, CRASH_PAUSE, fleet::crash);
        boolean fast = profile == Profile.FAST;
        tell(fast ? Figure.FAST_CRASHES : Figure.CRASHES, result.deaths().size());
        tell(fast ? Figure.FAST_FIRST_SUSPECT : Figure.FIRST_SUSPECT, result.median(Views.Death::suspected));
        tell(fast ? Figure.FAST_FIRST_SUSPECT_MEAN : Figure.FIRST_SUSPECT_MEAN, result.mean(Views.Death::suspected));
        tell(fast ? Figure.FAST_FIRST_DEAD : Figure.FIRST_DEAD, result.median(Views.Death::dead));
        tell(fast ? Figure.FAST_ALL_KNOW : Figure.ALL_KNOW, result.median(Views.Death::known));
        tell(fast ? Figure.FAST_ALL_KNOW_WORST : Figure.ALL_KNOW_WORST, result.worst(Views.Death::known));
        System.out.println("deaths of the living: " + result.falseDeaths());
    }

    /** Each node changes all its keys every 10 s; the nodes are spread over that time. */
    private void telemetry(Fleet fleet, long heapBefore) throws IOException, InterruptedException {
        ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
        long begin = System.nanoTime();
        try {
            long periodMicros = TimeUnit.SECONDS.toMicros(CHANGE_SECONDS);
            for (int i = 0; i < nodes; i++) {
                int node = i;
                var unused = publisher.scheduleAtFixedRate(
                        () -> publish(fleet, node), periodMicros * i / nodes, periodMicros, TimeUnit.MICROSECONDS);
            }
            TimeUnit.SECONDS.sleep(2 * CHANGE_SECONDS);
            Usage usage = Usage.over(course.telemetrySeconds, nodes);
            tell(Figure.TELEMETRY_BYTES, usage.bytes());
            tell(Figure.TELEMETRY_PACKETS, usage.packets());
            tell(Figure.TELEMETRY_CPU, usage.cpuPercent());
            tell(Figure.TELEMETRY_FALSE_DEATHS, (double) fleet.views().deaths(begin, seen -> true));
            System.out.println("nodes that have all keys of all: " + complete(fleet));
        } finally {
            publisher.shutdownNow();
        }
        tell(Figure.TELEMETRY_MEMORY, (double) (usedHeap() - heapBefore) / nodes);
    }

    private void changes(Fleet fleet) throws IOException, InterruptedException {
        ScheduledExecutorService changer = Executors.newSingleThreadScheduledExecutor();
        try {
            AtomicInteger count = new AtomicInteger();
            var unused = changer.scheduleAtFixedRate(
                    () -> {
                        int change = count.getAndIncrement();
                        fleet.node(change % nodes).update(Metadata.of(new byte[] {(byte) change, 1}));
                    },
                    0,
                    1,
                    TimeUnit.SECONDS);
            TimeUnit.SECONDS.sleep(2);
            Usage usage = Usage.over(course.changeSeconds, nodes);
            tell(Figure.CHANGE_BYTES, usage.bytes());
            tell(Figure.CHANGE_CPU, usage.cpuPercent());
        } finally {
            changer.shutdownNow();
        }
    }

    private static void publish(Fleet fleet, int node) {
        for (int key = 0; key < KEYS; key++) {
            String value = String.format(Locale.ROOT, "%0" + VALUE_BYTES + "d", System.nanoTime());
            var unused = fleet.node(node).publish("key-" + key, StateValue.of(value));
        }
    }

    private static long complete(Fleet fleet) {
        long complete = 0;
        for (int i = 0; i < fleet.size(); i++) {
            boolean all = fleet.node(i).values().join().values().stream()
                            .mapToInt(values -> values.size())
                            .sum()
                    == KEYS * fleet.size();
            complete += all ? 1 : 0;
        }
        return complete;
    }

    private static void tell(Figure figure, double value) {
        System.out.println(FIGURE + " " + figure + " " + value);
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Per node and second. */
    private record Usage(double bytes, double packets, double cpuPercent, double allocated) {
        static Usage over(int seconds, int nodes) throws IOException, InterruptedException {
            Traffic traffic = Traffic.here();
            long cpu = cpuNanos();
            long allocated = allocatedBytes();
            long begin = System.nanoTime();
            TimeUnit.SECONDS.sleep(seconds);
            double span = (System.nanoTime() - begin) / 1e9 * nodes;
            Traffic passed = Traffic.here().since(traffic);
            return new Usage(
                    passed.bytes() / span,
                    passed.packets() / span,
                    (cpuNanos() - cpu) / 1e9 / span * 100,
                    (allocatedBytes() - allocated) / span);
        }

        private static long cpuNanos() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        }

        private static long allocatedBytes() {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long bytes = 0;
            for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (thread != null && thread.getThreadName().startsWith("muster-gossip")) {
                    bytes += threads.getThreadAllocatedBytes(thread.getThreadId());
                }
            }
            return bytes;
        }
    }
}
