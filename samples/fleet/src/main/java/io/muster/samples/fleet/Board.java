package io.muster.samples.fleet;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shows the figures: a table that is drawn again in place on a terminal; elsewhere a line whenever what the nodes see of each
 * other has changed. What is done stands above it.
 */
final class Board {
    private static final int HEAD_EVERY = 20;
    private static final int MOST_GROUPS = 4;

    private final PrintStream out;
    private final boolean terminal;
    private int drawn;
    private int lines;
    private @Nullable Figures last;

    Board(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void say(String text) {
        erase();
        out.println("   " + text);
        out.flush();
    }

    void show(Journal.Entry entry) {
        erase();
        String text = entry.what();
        long millis = entry.atMillis();
        if (entry.outcome() == Journal.Outcome.KNOWN) {
            millis += entry.tookMillis();
            text += String.format(Locale.ROOT, ": %s after %.1f s", entry.goal(), entry.tookMillis() / 1000.0);
        } else if (entry.outcome() == Journal.Outcome.MISSED) {
            text += ": NOT so that " + entry.goal();
        }
        out.printf(Locale.ROOT, "%5.1f s  >> %s%n", millis / 1000.0, text);
        out.flush();
    }

    /** Leaves the table as it is, and goes on below it. */
    void end() {
        drawn = 0;
        out.println();
    }

    void summarize(Journal.Entry entry) {
        String took = entry.outcome() == Journal.Outcome.KNOWN
                ? String.format(Locale.ROOT, "after %.1f s", entry.tookMillis() / 1000.0)
                : "NOT";
        out.printf(
                Locale.ROOT,
                "   %5.1f s  %-24s %-32s %s%n",
                entry.atMillis() / 1000.0,
                entry.what(),
                entry.goal(),
                took);
    }

    void draw(Figures figures) {
        if (terminal) {
            erase();
            table(figures);
        } else if (isNews(figures)) {
            line(figures);
        }
        last = figures;
        out.flush();
    }

    private boolean isNews(Figures figures) {
        Figures before = last;
        return before == null
                || !before.states().equals(figures.states())
                || !before.alive().equals(figures.alive())
                || !before.views().equals(figures.views());
    }

    private void table(Figures figures) {
        String[] rows = {
            seconds(figures.atMillis()) + "   " + states(figures),
            "nodes alive as seen    least " + figures.alive().least() + "   median "
                    + figures.alive().median() + "   most " + figures.alive().most(),
            "views that agree       " + groups(figures.views()),
            "shared map, agreeing   " + groups(figures.settings()),
            String.format(
                    Locale.ROOT,
                    "telemetry age          p50 %.1f s   p99 %.1f s",
                    figures.age().median() / 1000.0,
                    figures.age().p99() / 1000.0),
            String.format(
                    Locale.ROOT,
                    "counter                %d counted   seen %d..%d",
                    figures.counted(),
                    figures.handled().least(),
                    figures.handled().most())
        };
        for (String row : rows) {
            out.println("   " + row);
        }
        drawn = rows.length;
    }

    private void line(Figures figures) {
        if (lines++ % HEAD_EVERY == 0) {
            out.printf(
                    "%n     time  alive as seen: least/median/most  views that agree  age p50/p99 s  counter seen       nodes%n");
        }
        out.printf(
                Locale.ROOT,
                "%9s  %31s  %-16s  %13s  %-17s  %s%n",
                seconds(figures.atMillis()),
                figures.alive().least() + "/" + figures.alive().median() + "/"
                        + figures.alive().most(),
                groups(figures.views()),
                String.format(
                        Locale.ROOT,
                        "%.1f/%.1f",
                        figures.age().median() / 1000.0,
                        figures.age().p99() / 1000.0),
                figures.handled().least() + ".." + figures.handled().most(),
                states(figures));
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    private static String states(Figures figures) {
        StringBuilder text = new StringBuilder(figures.count(EdgeNode.State.RUNNING) + " run");
        append(text, figures.count(EdgeNode.State.CUT_OFF), "cut off");
        append(text, figures.count(EdgeNode.State.PAUSED), "paused");
        append(text, figures.count(EdgeNode.State.DOWN), "down");
        return text.toString();
    }

    private static void append(StringBuilder text, long count, String what) {
        if (count > 0) {
            text.append(", ").append(count).append(' ').append(what);
        }
    }

    /** Such as {@code "all 250"} or {@code "210 + 30"}. */
    static String groups(List<Integer> sizes) {
        if (sizes.size() == 1) {
            return "all " + sizes.get(0);
        }
        String first = sizes.stream().limit(MOST_GROUPS).map(String::valueOf).collect(Collectors.joining(" + "));
        return sizes.size() > MOST_GROUPS ? first + " + ..." : first;
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\u001b[J");
            drawn = 0;
        }
    }
}
