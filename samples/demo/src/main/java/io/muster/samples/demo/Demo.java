package io.muster.samples.demo;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * The demo's entry. Ends with status 0 only if every order was answered 2xx and stored exactly once. Takes about a minute;
 * after {@link #LIMIT} it gives up, whatever it waits for, and ends its processes.
 */
public final class Demo {
    static final Duration LIMIT = Duration.ofMinutes(4);

    private Demo() {}

    /**
     * Runs the demo.
     *
     * @param arguments the folder of the project
     */
    public static void main(String[] arguments) {
        Fleet fleet =
                new Fleet(Path.of(arguments.length > 0 ? arguments[0] : ".").toAbsolutePath());
        Board board = new Board(
                new java.io.PrintStream(System.out, false, StandardCharsets.UTF_8),
                Boolean.getBoolean("demo.terminal"));
        Runtime.getRuntime().addShutdownHook(new Thread(fleet::killAll, "end of the demo"));
        endAfter(LIMIT);
        System.exit(run(fleet, board) ? 0 : 1);
    }

    private static boolean run(Fleet fleet, Board board) {
        try {
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
            return new Scenario(fleet, board, client).play();
        } catch (IOException | IllegalStateException e) {
            board.event("The demo failed: " + e.getMessage());
            board.event("The output of the processes is in " + fleet.logs());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void endAfter(Duration limit) {
        new Timer("limit", true)
                .schedule(
                        new TimerTask() {
                            @Override
                            public void run() {
                                System.err.println("The demo took more than " + limit.toSeconds() + " s and gives up.");
                                System.exit(1);
                            }
                        },
                        limit.toMillis());
    }
}
