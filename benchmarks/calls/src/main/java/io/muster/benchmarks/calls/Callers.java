package io.muster.benchmarks.calls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;

/**
 * Many client applications in one process: half of them send requests, all of them are looked at. Says {@code ready} once all
 * see the service; ends when its input does.
 */
final class Callers {
    private static final int PICK_MILLIS = 10;
    private static final int LOOK_MILLIS = 100;
    private static final long READY_SECONDS = 180;

    private final Settings settings;
    private final Trace trace;
    private final List<Caller> callers = new ArrayList<>();
    private final List<Thread> users = new ArrayList<>();

    private Callers(Settings settings) throws IOException {
        this.settings = settings;
        this.trace = new Trace(settings.trace);
    }

    /** What this process is told, from properties that begin with {@code --calls.}. */
    private record Settings(
            Path trace,
            int clients,
            int active,
            int users,
            int await,
            Profile profile,
            Path views,
            List<Integer> ports) {
        static Settings of(Map<String, String> given) {
            return new Settings(
                    Path.of(get(given, "trace")),
                    Integer.parseInt(get(given, "clients")),
                    Integer.parseInt(get(given, "active")),
                    Integer.parseInt(get(given, "users")),
                    Integer.parseInt(get(given, "await")),
                    Profile.valueOf(get(given, "profile")),
                    Path.of(get(given, "views")),
                    Arrays.stream(get(given, "ports").split(",", -1))
                            .map(Integer::valueOf)
                            .toList());
        }

        private static String get(Map<String, String> given, String name) {
            String value = given.get(name);
            if (value == null) {
                throw new IllegalArgumentException("--calls." + name + " is missing");
            }
            return value;
        }
    }

    static void run(List<String> arguments) throws IOException {
        Map<String, String> own = new HashMap<>();
        List<String> properties = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (argument.startsWith("--calls.") && equals > 0) {
                own.put(argument.substring("--calls.".length(), equals), argument.substring(equals + 1));
            } else {
                properties.add(argument);
            }
        }
        new Callers(Settings.of(own)).run(properties.toArray(String[]::new));
    }

    private void run(String[] properties) throws IOException {
        for (int i = 0; i < settings.clients; i++) {
            SpringApplication application = new SpringApplication(CallerConfiguration.class);
            application.setWebApplicationType(WebApplicationType.NONE);
            application.setDefaultProperties(Map.of(
                    "spring.application.name",
                    "caller-" + i,
                    "spring.main.banner-mode",
                    "off",
                    "spring.jmx.enabled",
                    "false",
                    "muster.registry.view-file",
                    settings.views.resolve("caller-" + i + ".json").toString()));
            callers.add(new Caller(i, application.run(properties), trace));
        }
        awaitService();
        ScheduledExecutorService looking = Executors.newScheduledThreadPool(2);
        List<Caller> silent = callers.subList(settings.active, settings.clients);
        var unusedPicks = looking.scheduleAtFixedRate(
                watched(() -> silent.forEach(Caller::pick)), 0, PICK_MILLIS, TimeUnit.MILLISECONDS);
        var unusedLooks = looking.scheduleAtFixedRate(
                watched(() -> callers.forEach(caller -> caller.look(settings.ports))),
                0,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
        startUsers();
        System.out.println("ready");
        obey();
        looking.shutdownNow();
        users.forEach(Thread::interrupt);
        trace.close();
        System.exit(0);
    }

    /** What is no longer looked at must not count as good: the process ends. */
    private static Runnable watched(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                e.printStackTrace(System.err);
                Runtime.getRuntime().halt(3);
            }
        };
    }

    private void awaitService() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!callers.stream().allMatch(caller -> caller.sees(settings.await))) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Not every client sees the service after " + READY_SECONDS + " s");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted while the clients start", e);
        }
    }

    private void startUsers() {
        for (Caller caller : callers.subList(0, settings.active)) {
            for (int i = 0; i < settings.users; i++) {
                long seed = users.size();
                Thread user = new Thread(watched(() -> caller.call(settings.profile, seed)), "user-" + seed);
                user.setDaemon(true);
                users.add(user);
                user.start();
            }
        }
    }

    /** {@code flush} makes the trace readable so far, and is answered {@code flushed}. */
    private void obey() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("flush")) {
                trace.flush();
                System.out.println("flushed");
            }
        }
    }
}
