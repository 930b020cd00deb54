package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import io.muster.benchmarks.calls.Trace;
import io.muster.benchmarks.process.JavaProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A process with many clients. Not thread-safe. */
final class Callers implements AutoCloseable {
    private final JavaProcess process;
    private final BufferedReader says;
    private final Writer hears;
    private final Path trace;

    private Callers(JavaProcess process, Path trace) {
        this.process = process;
        this.trace = trace;
        this.says =
                new BufferedReader(new InputStreamReader(process.process().getInputStream(), StandardCharsets.UTF_8));
        this.hears =
                new BufferedWriter(new OutputStreamWriter(process.process().getOutputStream(), StandardCharsets.UTF_8));
    }

    /**
     * How many clients, and what they do.
     *
     * @param clients how many
     * @param active how many of them send requests
     * @param users how many requests each of these has under way at most
     * @param await how many instances all must see before they begin
     * @param profile how long handlers take
     * @param retries whether failed calls are tried again
     */
    record Plan(int clients, int active, int users, int await, Profile profile, boolean retries) {}

    /** Starts them and waits until they are ready. */
    static Callers start(
            String name, Plan plan, Stack stack, Path jar, Path logs, List<Integer> ports, List<String> properties)
            throws IOException {
        Path trace = logs.resolve(name + ".trace");
        Path views = Files.createDirectories(logs.resolve("views"));
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // Clients of the JDK try a request again by themselves, which would hide a gap.
                "-Djdk.httpclient.disableRetryConnect=true",
                "-Djdk.httpclient.redirects.retrylimit=" + (plan.retries() ? 5 : 1),
                "-jar",
                jar.toString(),
                "callers",
                "--calls.trace=" + trace,
                "--calls.clients=" + plan.clients(),
                "--calls.active=" + plan.active(),
                "--calls.users=" + plan.users(),
                "--calls.await=" + plan.await(),
                "--calls.profile=" + plan.profile(),
                "--calls.views=" + views,
                "--calls.ports=" + ports.stream().map(String::valueOf).collect(Collectors.joining(",")),
                "--spring.http.client.factory=jdk",
                "--spring.http.client.connect-timeout=2s",
                "--spring.http.client.read-timeout=10s",
                "--spring.http.reactiveclient.connect-timeout=2s",
                "--spring.http.reactiveclient.read-timeout=10s"));
        arguments.addAll(stack.caller(plan.retries()));
        arguments.addAll(properties);
        Callers callers = new Callers(JavaProcess.start(name, logs, true, arguments), trace);
        try {
            callers.expect("ready");
            return callers;
        } catch (IOException e) {
            callers.close();
            throw e;
        }
    }

    /** What they did so far. */
    Observations observations() throws IOException {
        hears.write("flush\n");
        hears.flush();
        expect("flushed");
        List<Trace.Entry> entries = new ArrayList<>();
        Trace.read(trace, entries::add);
        return new Observations(entries);
    }

    JavaProcess process() {
        return process;
    }

    private void expect(String word) throws IOException {
        for (String line = says.readLine(); line != null; line = says.readLine()) {
            if (line.equals(word)) {
                return;
            }
        }
        throw new IOException("The callers ended before they said '" + word + "', see " + process.log());
    }

    @Override
    public void close() {
        process.close();
    }
}
