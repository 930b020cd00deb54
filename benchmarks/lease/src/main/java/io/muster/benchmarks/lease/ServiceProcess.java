package io.muster.benchmarks.lease;

import io.muster.benchmarks.process.JavaProcess;
import io.muster.benchmarks.process.Servers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A {@link LedgerService} in a JVM of its own. */
final class ServiceProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final JavaProcess process;
    private final Address address;

    private ServiceProcess(JavaProcess process, Address address) {
        this.process = process;
        this.address = address;
    }

    /** Starts one over PostgreSQL and waits until it answers. */
    static ServiceProcess start(Path logs, Address postgresql) throws IOException, InterruptedException {
        int port = Servers.freePort();
        JavaProcess process = BenchProcess.start(
                "ledger-service-" + port,
                logs,
                false,
                List.of("service", Integer.toString(postgresql.port()), Integer.toString(port)));
        try {
            process.awaitAnswer(URI.create("http://" + Address.HOST + ":" + port + "/ready"), LIMIT);
        } catch (IOException | InterruptedException e) {
            process.close();
            throw e;
        }
        return new ServiceProcess(process, new Address(Backend.HTTP, postgresql.port(), port));
    }

    /** Where it and its database are. */
    Address address() {
        return address;
    }

    @Override
    public void close() {
        process.close();
    }
}
