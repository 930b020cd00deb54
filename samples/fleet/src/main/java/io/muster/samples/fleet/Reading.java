package io.muster.samples.fleet;

import io.muster.gossip.protocol.StateValue;
import java.util.Locale;

/**
 * What a node publishes as its {@code load}. The time is in it so that whoever sees it knows how old it is, which needs one
 * clock: here all nodes have that of their JVM.
 *
 * @param load 0 to 1
 * @param atMillis when it was read
 */
record Reading(double load, long atMillis) {
    private static final char SEPARATOR = '@';

    StateValue value() {
        return StateValue.of(String.format(Locale.ROOT, "%.2f%c%d", load, SEPARATOR, atMillis));
    }

    static Reading of(StateValue value) {
        String text = value.text();
        int separator = text.indexOf(SEPARATOR);
        return new Reading(
                Double.parseDouble(text.substring(0, separator)), Long.parseLong(text.substring(separator + 1)));
    }
}
