package io.muster.samples.fleet;

import io.muster.gossip.protocol.SwimConfig;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The sample's entry. Ends with status 0 only if all nodes came to know of everything that was done, and agree at the end. */
public final class EdgeFleet {
    /** LAN, with members probed twice as often. */
    static final SwimConfig FAST = SwimConfig.lan().withPeriod(Duration.ofMillis(500));

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** So that a browser gets the last figures. */
    private static final long LAST_LOOK_SECONDS = 2;

    private EdgeFleet() {}

    /**
     * Runs the sample.
     *
     * @param arguments {@code --nodes=N}, {@code --every=SECONDS} and {@code --web=PORT}, all optional
     */
    public static void main(String[] arguments) {
        Board board = new Board(new PrintStream(System.out, false, StandardCharsets.UTF_8), isTerminal());
        try {
            System.exit(run(Options.parse(arguments), board) ? 0 : 1);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE);
            System.exit(2);
        } catch (IOException | IllegalStateException e) {
            board.say("The sample failed: " + e.getMessage());
            System.exit(1);
        } catch (InterruptedException e) {
            System.exit(1);
        }
    }

    private static boolean run(Options options, Board board) throws IOException, InterruptedException {
        long origin = System.nanoTime();
        LongSupplier clock = () -> (System.nanoTime() - origin) / 1_000_000;
        Journal journal = new Journal();
        Ledger ledger = new Ledger(options.nodes());
        try (Fleet fleet = new Fleet(options.nodes(), FAST, clock)) {
            Telemetry telemetry = new Telemetry(fleet, options.every(), ledger, clock, new Random());
            Script script = new Script(fleet, ledger, telemetry, journal, board, clock, 1, LIMIT);
            Page page = options.web().isPresent()
                    ? Page.serve(options.web().getAsInt(), () -> Json.of(script.latest(), journal.entries()))
                    : null;
            if (page != null) {
                board.say("Live view: " + page.uri());
            }
            boolean well = script.play();
            summarize(board, journal, well);
            if (page != null) {
                TimeUnit.SECONDS.sleep(LAST_LOOK_SECONDS);
                page.close();
            }
            return well;
        }
    }

    private static void summarize(Board board, Journal journal, boolean well) {
        board.end();
        journal.entries().forEach(board::summarize);
        board.say("");
        board.say(
                well
                        ? "OK: all came to know of everything, and agree."
                        : "FAILED: not all came to know of everything, or they do not agree.");
    }

    // From JDK 22 on there is always a console; then it is asked.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        String said = System.getProperty("fleet.terminal");
        if (said != null) {
            return Boolean.parseBoolean(said);
        }
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException e) {
            // Before JDK 22 there is no such method, and a console only where there is a terminal.
            return true;
        }
    }
}
