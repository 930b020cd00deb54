package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Bad and too many requests from another address, beside the normal load and a script that uses the registry normally. */
final class Flood {
    private static final byte[] ATTACKER = {127, 0, 0, 2};
    private static final String FLEET = "fleet-token-of-the-bench";
    private static final String READER = "reader-token-of-the-bench";
    /** Far less than the flood sends, and far more than the normal load does. */
    private static final int CHUNK = 16 * 1024;

    private static final int REQUESTS_PER_SECOND = 500;

    private static final int CONNECT_MILLIS = 1_000;
    private static final int IDLE_CONNECTIONS = 3_000;

    private final Bench bench;
    private final Map<String, LongAdder> sent = new ConcurrentHashMap<>();
    private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
    private volatile boolean over;

    Flood(Bench bench) {
        this.bench = bench;
    }

    /**
     * What came out.
     *
     * @param failed normal requests that failed: of the clients, and of the script
     * @param scriptCalls normal calls of the script
     * @param sent what the flood sent, by kind
     * @param answers what the flood was answered, by status
     * @param peakMegabytes most memory that the registry had resident, its heap's limit being 256
     */
    record Result(
            long failed, long scriptCalls, Map<String, Long> sent, Map<Integer, Long> answers, double peakMegabytes) {}

    Result run() throws IOException, InterruptedException {
        bench.say(
                "flood: starting a registry, 3 instances, %d clients",
                bench.scale().clients());
        List<String> properties = new ArrayList<>(List.of("--server.address=" + Rig.LOOPBACK));
        properties.add("--muster.server.auth.mode=token");
        properties.add("--muster.server.limits.requests-per-second=" + REQUESTS_PER_SECOND);
        token(properties, 0, "fleet", FLEET, "read", "register:*");
        token(properties, 1, "reader", READER, "read");
        try (Rig rig = new Rig(
                "flood",
                Stack.MUSTER,
                bench.root(),
                bench.logs(),
                Rig.LOOPBACK,
                properties,
                List.of("--muster.registry.token=" + FLEET))) {
            rig.startRegistry();
            rig.startNodes(3);
            Callers callers = rig.startCallers("callers", bench.callers(Profile.MIXED, true));
            Bench.seconds(5);
            return flood(rig, callers);
        }
    }

    private static void token(List<String> properties, int index, String id, String token, String... scopes) {
        String prefix = "--muster.server.auth.tokens[" + index + "].";
        properties.add(prefix + "id=" + id);
        properties.add(prefix + "hashes[0]=sha256:" + sha256(token));
        for (int i = 0; i < scopes.length; i++) {
            properties.add(prefix + "scopes[" + i + "]=" + scopes[i]);
        }
    }

    private static String sha256(String token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Result flood(Rig rig, Callers callers) throws IOException, InterruptedException {
        long from = System.nanoTime();
        AtomicInteger failedCalls = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        threads.add(new Thread(() -> script(rig, calls, failedCalls), "script"));
        int port = rig.uri("/").getPort();
        for (int i = 0; i < 3; i++) {
            threads.add(new Thread(() -> repeat("lookups", port, lookups()), "lookups-" + i));
        }
        threads.add(new Thread(() -> repeat("bad tokens", port, badToken()), "bad tokens"));
        threads.add(new Thread(() -> repeat("huge heads", port, hugeHead()), "huge heads"));
        threads.add(new Thread(() -> repeat("huge bodies", port, hugeBody()), "huge bodies"));
        threads.add(new Thread(() -> garbage(port), "garbage"));
        threads.add(new Thread(() -> idle(port), "idle"));
        bench.say("flood: begins, for %d s", bench.scale().floodSeconds());
        threads.forEach(Thread::start);
        Bench.seconds(bench.scale().floodSeconds());
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        long to = System.nanoTime();
        long failed = callers.observations().failed(from, to) + failedCalls.get();
        double peak = peakMegabytes(rig.registry().process().pid());
        Map<String, Long> kinds = new TreeMap<>();
        sent.forEach((kind, count) -> kinds.put(kind, count.sum()));
        Map<Integer, Long> statuses = new TreeMap<>();
        answers.forEach((status, count) -> statuses.put(status, count.sum()));
        bench.say("flood: sent %s, was answered %s", kinds, statuses);
        bench.say(
                "flood: %d normal requests failed, of them %d of %d calls of the script; %.0f MB",
                failed, failedCalls.get(), calls.get(), peak);
        if (calls.get() == 0 || callers.observations().requests(from, to) == 0) {
            throw new IOException("There was no normal load");
        }
        for (int status : List.of(200, 401, 413, 429)) {
            if (!statuses.containsKey(status)) {
                throw new IOException("No request of the flood was answered " + status);
            }
        }
        return new Result(failed, calls.get(), kinds, statuses, peak);
    }

    /** What a fleet does: looks up, registers and deregisters. */
    private void script(Rig rig, AtomicInteger calls, AtomicInteger failed) {
        Api api = new Api(rig, FLEET);
        while (!over) {
            try {
                calls.incrementAndGet();
                String path = "/v1/services/steady/instances/one";
                String generation = api.json(
                                "PUT", path, "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":9,\"status\":\"UP\"}")
                        .get("generation")
                        .asText();
                if (api.count("steady", "UP") != 1) {
                    failed.incrementAndGet();
                }
                api.json("DELETE", path + "?generation=" + generation, "");
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (IOException e) {
                bench.say("flood: a normal call failed: %s", e);
                failed.incrementAndGet();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static byte[] request(String line, String headers, int body) {
        String head = line + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
        return (head + "x".repeat(body)).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] lookups() {
        return request("GET /v1/services/inventory", "Authorization: Bearer " + READER + "\r\n", 0);
    }

    private static byte[] badToken() {
        return request("GET /v1/services/inventory", "Authorization: Bearer guessed\r\n", 0);
    }

    private static byte[] hugeHead() {
        return request("GET /v1/services", "X-Padding: " + "x".repeat(100_000) + "\r\n", 0);
    }

    private static byte[] hugeBody() {
        return request(
                "POST /v1/reports",
                "Content-Type: application/json\r\nAuthorization: Bearer " + READER + "\r\nContent-Length: 5000000\r\n",
                5_000_000);
    }

    /** Sends the same as fast as it is answered, on one connection as long as that is kept. */
    private void repeat(String kind, int port, byte[] request) {
        byte[] answer = new byte[64 * 1024];
        while (!over) {
            try (Socket socket = connect(port)) {
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                while (!over) {
                    count(sent, kind);
                    write(request, out, in);
                    int read = in.read(answer);
                    if (read < 12) {
                        break;
                    }
                    count(answers, Integer.parseInt(new String(answer, 9, 3, StandardCharsets.US_ASCII)));
                }
            } catch (IOException | NumberFormatException e) {
                count(sent, "connections refused or reset");
            }
        }
    }

    /** Stops when the answer is there already: what came after it would make the kernel throw it away. */
    private static void write(byte[] request, OutputStream out, InputStream in) throws IOException {
        for (int from = 0; from < request.length && in.available() == 0; from += CHUNK) {
            out.write(request, from, Math.min(CHUNK, request.length - from));
        }
    }

    private void garbage(int port) {
        SplittableRandom random = new SplittableRandom(7);
        byte[] bytes = new byte[2048];
        while (!over) {
            try (Socket socket = connect(port)) {
                random.nextBytes(bytes);
                count(sent, "garbage");
                socket.getOutputStream().write(bytes);
                var unused = socket.getInputStream().read(bytes);
            } catch (IOException e) {
                count(sent, "connections refused or reset");
            }
        }
    }

    /** Opens connections and sends nearly nothing on them. */
    private void idle(int port) {
        List<Socket> sockets = new ArrayList<>();
        while (!over && sockets.size() < IDLE_CONNECTIONS) {
            try {
                Socket socket = connect(port);
                sockets.add(socket);
                socket.getOutputStream().write('G');
                count(sent, "idle connections");
            } catch (IOException e) {
                count(sent, "connections refused or reset");
            }
        }
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is over either way.
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(ATTACKER), 0));
            socket.setSoTimeout(2 * CONNECT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static <K> void count(Map<K, LongAdder> counts, K key) {
        counts.computeIfAbsent(key, k -> new LongAdder()).increment();
    }

    private static double peakMegabytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("No VmHWM of " + pid);
    }
}
