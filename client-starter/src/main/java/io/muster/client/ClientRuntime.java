package io.muster.client;

import java.net.http.HttpClient;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The clock, the randomness, the threads and the connections of one client: the one place that takes them from the system.
 *
 * <p>Each loop has an HttpClient whose work runs on the loop itself, so that an event goes from the socket's thread to the
 * views in one step. They speak HTTP/1.1 alone: one broken connection then costs one request.
 *
 * @param nanoTime a monotonic clock
 * @param random thread-safe
 * @param events the thread of stream, views and listeners
 * @param eventsHttp its connections
 * @param renewals the thread of registrations: a listener that hangs must not cost a heartbeat
 * @param renewalsHttp its connections
 */
record ClientRuntime(
        LongSupplier nanoTime,
        RandomGenerator random,
        EventLoop events,
        HttpClient eventsHttp,
        EventLoop renewals,
        HttpClient renewalsHttp) {
    static ClientRuntime system(ClientConfig config) {
        EventLoop events = new EventLoop(single("muster-client-events-"));
        EventLoop renewals = new EventLoop(single("muster-client-renewals-"));
        return new ClientRuntime(
                System::nanoTime, new Random(), events, http(config, events), renewals, http(config, renewals));
    }

    void shutdown() {
        events.shutdown();
        renewals.shutdown();
    }

    private static HttpClient http(ClientConfig config, EventLoop loop) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectTimeout())
                .executor(loop.executor())
                .build();
    }

    private static ScheduledExecutorService single(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name + "1");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
