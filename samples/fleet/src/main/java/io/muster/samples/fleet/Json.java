package io.muster.samples.fleet;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The figures and the journal for the page. All texts in them are the sample's own and need no escapes. */
final class Json {
    private Json() {}

    static String of(Figures figures, List<Journal.Entry> journal) {
        return String.format(
                Locale.ROOT,
                "{\"at\":%d,\"states\":\"%s\",\"seenBy\":%s,\"alive\":%s,\"views\":\"%s\",\"settings\":\"%s\","
                        + "\"age\":%s,\"counted\":%d,\"handled\":%s,\"journal\":[%s]}",
                figures.atMillis(),
                figures.states().stream().map(Json::letter).collect(Collectors.joining()),
                figures.seenBy(),
                of(figures.alive()),
                Board.groups(figures.views()),
                Board.groups(figures.settings()),
                of(figures.age()),
                figures.counted(),
                of(figures.handled()),
                journal.stream().map(Json::of).collect(Collectors.joining(",")));
    }

    private static String letter(EdgeNode.State state) {
        return switch (state) {
            case DOWN -> "d";
            case RUNNING -> "r";
            case CUT_OFF -> "c";
            case PAUSED -> "p";
        };
    }

    private static String of(Figures.Spread spread) {
        return String.format(
                Locale.ROOT,
                "{\"least\":%d,\"median\":%d,\"p99\":%d,\"most\":%d}",
                spread.least(),
                spread.median(),
                spread.p99(),
                spread.most());
    }

    private static String of(Journal.Entry entry) {
        return String.format(
                Locale.ROOT,
                "{\"at\":%d,\"what\":\"%s\",\"goal\":\"%s\",\"outcome\":\"%s\",\"took\":%d}",
                entry.atMillis(),
                entry.what(),
                entry.goal(),
                entry.outcome(),
                entry.tookMillis());
    }
}
