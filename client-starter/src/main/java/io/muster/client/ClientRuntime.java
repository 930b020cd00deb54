package io.muster.client;

import java.net.http.HttpClient;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/**
 * The clock, the randomness and the threads of one client: the one place that takes them from the system.
 *
 * @param nanoTime a monotonic clock
 * @param random thread-safe
 * @param events the thread of stream, views and listeners
 * @param renewals the thread of registrations: a listener that hangs must not cost a heartbeat
 * @param disk one thread at most, for what blocks on files
 * @param workers HttpClient's threads: they resolve names, which may block, so nothing else may wait for one of them
 * @param http speaks HTTP/1.1 alone: one broken connection then costs one request
 */
record ClientRuntime(
        LongSupplier nanoTime,
        RandomGenerator random,
        EventLoop events,
        EventLoop renewals,
        ExecutorService disk,
        ExecutorService workers,
        HttpClient http) {
    private static final int WORKERS = 4;
    private static final long IDLE_SECONDS = 10;

    static ClientRuntime system(ClientConfig config) {
        ThreadPoolExecutor workers = pool(WORKERS, "muster-client-http-");
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                // The token is for the registry alone.
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectTimeout())
                .executor(workers);
        SSLContext sslContext = config.security().sslContext();
        if (sslContext != null) {
            builder.sslContext(sslContext);
        }
        HttpClient http = builder.build();
        return new ClientRuntime(
                System::nanoTime,
                new Random(),
                new EventLoop(single("muster-client-events-")),
                new EventLoop(single("muster-client-renewals-")),
                pool(1, "muster-client-disk-"),
                workers,
                http);
    }

    void shutdown() {
        events.shutdown();
        renewals.shutdown();
        disk.shutdown();
        workers.shutdown();
    }

    /** Threads end when there is nothing to do. */
    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ScheduledExecutorService single(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, daemons(name));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
