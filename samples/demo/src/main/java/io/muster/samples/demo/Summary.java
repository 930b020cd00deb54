package io.muster.samples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What became of the orders.
 *
 * @param load the load, stopped
 * @param stored how many orders are stored
 * @param moments the turning points
 * @param newcomer the port of the added instance
 * @param fallen processes that ended though nobody ended them
 * @param ended whether all processes have ended
 */
record Summary(OrderLoad load, long stored, Moments moments, int newcomer, List<Service> fallen, boolean ended) {
    /** Keeps the counts for other programs. */
    void save(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("summary.json"),
                String.format(
                        Locale.ROOT,
                        "{\"sent\":%d,\"failed\":%d,\"created\":%d,\"stored\":%d}%n",
                        load.sent(),
                        load.failed(),
                        load.created(),
                        stored));
    }

    /** Prints it; whether all is well. */
    boolean print(Board board) {
        long firstServed = load.firstServedBy(newcomer);
        board.event("");
        row(board, "orders sent", load.sent());
        row(board, "answers other than 2xx", load.failed());
        row(board, "orders stored", stored);
        row(board, "half of the orders answered within", millis(0.5));
        row(board, "99 % of the orders answered within", millis(0.99));
        row(board, "dead one out of the rotation of orders after", Moments.between(moments.killed, moments.out));
        row(board, "dead one DOWN in the registry after (TTL 15 s)", Moments.between(moments.killed, moments.down));
        row(board, "new one priced its first order, after UP", Moments.between(moments.up, firstServed));
        row(board, "new one priced its first order, after its start", Moments.between(moments.added, firstServed));
        board.event("");
        load.complaints().forEach(complaint -> board.event("! " + complaint));
        fallen.forEach(service -> board.event("! " + service + " ended by itself, see " + service.log()));
        if (!ended) {
            board.event("! a process could not be ended");
        }
        boolean well = allStoredOnce() && moments.out != 0 && firstServed != 0 && fallen.isEmpty() && ended;
        board.event(
                well
                        ? "OK: every order was answered and stored once; nothing is left running."
                        : "FAILED: not every order was answered and stored once, or a step is missing above.");
        return well;
    }

    /**
     * Keys are unique in the book and each key was sent once, so as many created and stored as were sent means that each was
     * stored exactly once.
     */
    private boolean allStoredOnce() {
        return load.sent() > 0 && load.failed() == 0 && load.created() == load.sent() && stored == load.sent();
    }

    private String millis(double quantile) {
        return String.format(Locale.ROOT, "%.1f ms", load.latencies().millis(quantile));
    }

    private static void row(Board board, String name, Object value) {
        board.event(String.format(Locale.ROOT, "%-50s %12s", name, value));
    }
}
