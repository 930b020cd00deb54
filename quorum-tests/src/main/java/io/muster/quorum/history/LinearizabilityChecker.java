package io.muster.quorum.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Looks for an order of a history's operations that keeps to their times and explains their answers (Herlihy and Wing,
 * "Linearizability", 1990). Leases and guards are independent of each other, so each name is searched alone.
 */
/*
 * How: the search of Wing and Gong (1993), depth first, with visited configurations remembered (Lowe, "Testing for
 * linearizability", 2017; Horn and Kroening, "Faster linearizability checking via P-compositionality", 2015). A configuration is the set of operations that took
 * place and the state after them. An operation can be next when none that is still to come returned before it was invoked. One
 * whose outcome is unknown never returned: it can be next at any time after its call, and need not come at all.
 *
 * The sets are remembered as 128-bit fingerprints (Zobrist: the exclusive or of a random number for each member). Two different
 * sets that share one could hide an order; with a million sets that has a chance below 1e-26.
 *
 * Cost: steps at most the number of configurations times the operations that overlap; without unknown outcomes, a history whose
 * calls overlap k at a time has at most n * 2^k sets.
 */
public final class LinearizabilityChecker {
    private static final int TOLD_BEFORE = 12;

    private final int maxConfigurations;

    /**
     * @param maxConfigurations the most configurations that are remembered for a name, about 150 bytes each, above 0; the search
     *     is given up at that bound
     */
    public LinearizabilityChecker(int maxConfigurations) {
        if (maxConfigurations < 1) {
            throw new IllegalArgumentException("maxConfigurations must be above 0 but was " + maxConfigurations);
        }
        this.maxConfigurations = maxConfigurations;
    }

    /**
     * Checks every lease in a history.
     *
     * @param clockTolerance by how much the store's clock may run faster than the clients', 0 to below 1, such as 0.01
     * @return the verdicts by name
     */
    public Map<String, Verdict> leases(History history, double clockTolerance) {
        Map<String, Verdict> verdicts = new TreeMap<>();
        history.byName().forEach((name, operations) -> verdicts.put(name, lease(operations, clockTolerance)));
        return verdicts;
    }

    /** Checks the operations of one lease name; see {@link #leases}. */
    public Verdict lease(List<Operation> operations, double clockTolerance) {
        return check(new LeaseModel(clockTolerance), operations);
    }

    /** Checks the writes at one guard, which is a max-register of tokens. */
    public Verdict guard(List<Operation> operations) {
        return check(new GuardModel(), operations);
    }

    private <S> Verdict check(SequentialModel<S> model, List<Operation> operations) {
        return new Search<>(model, model.relevant(operations)).run();
    }

    /** An operation in its list, from which it is taken while it stands in the order that is tried. */
    private static final class Entry {
        private final Operation operation;
        private final long first;
        private final long second;
        private Entry before = this;
        private Entry after = this;

        Entry(Operation operation, SplittableRandom random) {
            this.operation = operation;
            this.first = random.nextLong();
            this.second = random.nextLong();
        }

        void insertBefore(Entry other) {
            before = other.before;
            after = other;
            before.after = this;
            other.before = this;
        }

        void unlink() {
            before.after = after;
            after.before = before;
        }

        void relink() {
            before.after = this;
            after.before = this;
        }
    }

    private record Configuration<S>(long first, long second, S state) {}

    private record Step<S>(Entry entry, S state) {}

    /** A place in the order that is tried, with what else could come there. */
    private static final class Frame<S> {
        private final List<Step<S>> steps;
        private int next;

        Frame(List<Step<S>> steps) {
            this.steps = steps;
        }
    }

    private final class Search<S> {
        private final SequentialModel<S> model;
        private final Entry known;
        private final Entry unknown;
        private final Set<Configuration<S>> visited = new HashSet<>();
        private final List<Frame<S>> frames = new ArrayList<>();
        private final List<Step<S>> order = new ArrayList<>();
        private int remaining;
        private long first;
        private long second;
        private long steps;
        private int deepest = -1;
        private String obstacle = "";

        Search(SequentialModel<S> model, List<Operation> operations) {
            this.model = model;
            SplittableRandom random = new SplittableRandom(20_261_122);
            // The heads of the lists hold no operation of the history.
            Operation head = new Operation(0, "", new Call.Inspect(), new Answer.Unknown(), Long.MIN_VALUE, 0);
            this.known = new Entry(head, random);
            this.unknown = new Entry(head, random);
            List<Operation> sorted = new ArrayList<>(operations);
            sorted.sort(Comparator.comparingLong(Operation::invokedNanos));
            for (Operation operation : sorted) {
                new Entry(operation, random).insertBefore(operation.unknown() ? unknown : known);
                remaining += operation.unknown() ? 0 : 1;
            }
        }

        Verdict run() {
            if (remaining == 0) {
                return new Verdict(Verdict.Kind.LINEARIZABLE, "", 0);
            }
            frames.add(new Frame<>(candidates(model.initial())));
            while (!frames.isEmpty()) {
                Frame<S> frame = frames.get(frames.size() - 1);
                if (frame.next == frame.steps.size()) {
                    frames.remove(frames.size() - 1);
                    if (!order.isEmpty()) {
                        takeBack();
                    }
                    continue;
                }
                Step<S> step = frame.steps.get(frame.next++);
                take(step);
                if (remaining == 0) {
                    return new Verdict(Verdict.Kind.LINEARIZABLE, "", steps);
                }
                if (!visited.add(new Configuration<>(first, second, step.state))) {
                    takeBack();
                } else if (visited.size() > maxConfigurations) {
                    return new Verdict(
                            Verdict.Kind.GAVE_UP,
                            "Gave up after " + maxConfigurations + " configurations and " + steps
                                    + " steps: neither linearizable nor not. " + obstacle,
                            steps);
                } else {
                    frames.add(new Frame<>(candidates(step.state)));
                }
            }
            return new Verdict(Verdict.Kind.NOT_LINEARIZABLE, obstacle, steps);
        }

        private void take(Step<S> step) {
            steps++;
            step.entry.unlink();
            order.add(step);
            first ^= step.entry.first;
            second ^= step.entry.second;
            remaining -= step.entry.operation.unknown() ? 0 : 1;
        }

        private void takeBack() {
            Step<S> step = order.remove(order.size() - 1);
            step.entry.relink();
            first ^= step.entry.first;
            second ^= step.entry.second;
            remaining += step.entry.operation.unknown() ? 0 : 1;
        }

        /** What can come next: first what returned early, and unknown outcomes last. */
        private List<Step<S>> candidates(S state) {
            List<Entry> open = new ArrayList<>();
            long earliestReturn = Long.MAX_VALUE;
            for (Entry entry = known.after;
                    entry != known && entry.operation.invokedNanos() <= earliestReturn;
                    entry = entry.after) {
                open.add(entry);
                earliestReturn = Math.min(earliestReturn, entry.operation.returnedNanos());
            }
            open.sort(Comparator.comparingLong(entry -> entry.operation.returnedNanos()));
            int answered = open.size();
            for (Entry entry = unknown.after;
                    entry != unknown && entry.operation.invokedNanos() <= earliestReturn;
                    entry = entry.after) {
                open.add(entry);
            }
            List<Step<S>> result = new ArrayList<>();
            // All orders without a leap of the state first: likelier states are tried before less likely ones.
            Map<Entry, List<S>> states = new HashMap<>();
            int most = 0;
            for (Entry entry : open) {
                List<S> next = model.next(state, entry.operation, earliestReturn);
                states.put(entry, next);
                most = Math.max(most, next.size());
            }
            for (int rank = 0; rank < most; rank++) {
                for (Entry entry : open) {
                    List<S> next = states.getOrDefault(entry, List.of());
                    if (rank < next.size()) {
                        result.add(new Step<>(entry, next.get(rank)));
                    }
                }
            }
            if (order.size() > deepest) {
                deepest = order.size();
                obstacle = describe(state, open.subList(0, answered));
            }
            return result;
        }

        private String describe(S state, List<Entry> open) {
            StringBuilder text = new StringBuilder("The longest order found has ")
                    .append(order.size())
                    .append(" operations and leads to ")
                    .append(state)
                    .append("; none of these can follow:");
            open.forEach(entry -> text.append("\n  ").append(entry.operation));
            text.append("\nbefore them came:");
            for (Step<S> step : order.subList(Math.max(0, order.size() - TOLD_BEFORE), order.size())) {
                text.append("\n  ").append(step.entry.operation);
            }
            return text.toString();
        }
    }
}
