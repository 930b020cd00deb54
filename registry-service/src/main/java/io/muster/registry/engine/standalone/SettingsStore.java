package io.muster.registry.engine.standalone;

import io.muster.registry.catalogue.Setting;
import io.muster.registry.engine.SettingsNotKeptException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps operators' settings in a directory over restarts. Thread-safe.
 *
 * <p>One thread writes. Whoever waits is told once a state that holds their change is on the disk; calls that come while it
 * writes share the next write. What could not be written is tried again by {@link #retry} and by each later call. A directory that cannot be used stops no start: it is said in the log then, and to each
 * operator who changes something.
 */
public final class SettingsStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SettingsStore.class);
    private static final String FILE = "operator-settings.json";
    private static final String LOCK = "registry.lock";
    private static final long CLOSE_SECONDS = 5;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final @Nullable Path directory;
    private final Executor writer;
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private boolean dirty;
    private boolean writing;
    private boolean retrying;
    private long retryNanos;
    private @Nullable IOException unusable;
    private @Nullable FileChannel lock;

    /**
     * @param directory where; null keeps nothing
     * @param writer one thread; the caller shuts it down after {@link #close()}
     */
    public SettingsStore(@Nullable Path directory, Executor writer) {
        this.directory = directory;
        this.writer = writer;
    }

    /** Writes them to a directory that no registry uses yet. */
    public static void restore(Path directory, List<Setting> settings) throws IOException {
        if (!settings.isEmpty()) {
            file(directory).write(settings);
        }
    }

    /** Takes the directory for this process alone, and answers what was kept there. */
    synchronized List<Setting> open() {
        if (directory == null) {
            log.info("Operators' settings are not kept over a restart: muster.server.data-dir is empty");
            return List.of();
        }
        try {
            Files.createDirectories(directory);
            takeAlone(directory);
            SettingsFile file = file(directory);
            file.deleteLeftovers();
            return file.read();
        } catch (IOException e) {
            unusable = e;
            log.warn(
                    "Operators' settings are neither read nor kept: muster.server.data-dir {} cannot be used: {}",
                    directory,
                    e.toString());
            return List.of();
        }
    }

    private void takeAlone(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken;
        try {
            taken = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            taken = null;
        }
        if (taken == null) {
            channel.close();
            throw new IOException("another registry uses it");
        }
        lock = channel;
    }

    /**
     * Has the settings stored, unless they are.
     *
     * @param changed whether they differ from what was stored before
     * @param settings asked for them when they are written
     * @return fails with {@link SettingsNotKeptException}
     */
    CompletionStage<Void> keep(boolean changed, Supplier<List<Setting>> settings) {
        CompletableFuture<Void> kept = new CompletableFuture<>();
        synchronized (this) {
            dirty |= changed;
            if (directory == null || (!dirty && !writing)) {
                return CompletableFuture.completedFuture(null);
            }
            waiting.add(kept);
            if (waiting.size() > 1) {
                return kept;
            }
        }
        writer.execute(() -> write(directory, settings));
        return kept;
    }

    /** To be called from time to time: what could not be written is tried again each 5 s. */
    void retry(long nowNanos, Supplier<List<Setting>> settings) {
        synchronized (this) {
            boolean needed = dirty && unusable == null;
            if (!needed || !retrying) {
                retrying = needed;
                retryNanos = nowNanos + RETRY_NANOS;
                return;
            }
            if (nowNanos - retryNanos < 0) {
                return;
            }
            retrying = false;
        }
        CompletionStage<Void> unused = keep(false, settings).whenComplete((kept, failure) -> {
            if (failure == null) {
                log.info("Operators' settings are stored in {} again", directory);
            } else {
                log.warn("Operators' settings are not kept over a restart: {}", failure.getMessage());
            }
        });
    }

    private void write(Path folder, Supplier<List<Setting>> settings) {
        List<CompletableFuture<Void>> told;
        boolean needed;
        IOException failure;
        synchronized (this) {
            told = waiting;
            waiting = new ArrayList<>();
            needed = dirty;
            dirty = false;
            writing = true;
            failure = unusable;
        }
        try {
            if (needed && failure == null) {
                // Read now: it holds the changes of all who wait.
                file(folder).write(settings.get());
            }
        } catch (IOException | RuntimeException e) {
            failure = e instanceof IOException io ? io : new IOException(e);
        }
        synchronized (this) {
            writing = false;
            dirty |= needed && failure != null;
        }
        for (CompletableFuture<Void> one : told) {
            if (needed && failure != null) {
                one.completeExceptionally(new SettingsNotKeptException(
                        "muster.server.data-dir " + folder + " cannot be written: " + failure, failure));
            } else {
                one.complete(null);
            }
        }
    }

    private static SettingsFile file(Path folder) {
        return new SettingsFile(folder.resolve(FILE));
    }

    /** Waits for what is being written, and leaves the directory to others. */
    @Override
    public void close() {
        CompletableFuture<Void> released = CompletableFuture.runAsync(this::release, writer);
        released.orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(failure -> {
                    log.warn("{} was not given up in order: {}", directory, failure.toString());
                    return null;
                })
                .join();
    }

    private synchronized void release() {
        FileChannel channel = lock;
        if (channel != null) {
            lock = null;
            try {
                channel.close();
            } catch (IOException e) {
                log.debug("Cannot close {}", LOCK, e);
            }
        }
    }
}
