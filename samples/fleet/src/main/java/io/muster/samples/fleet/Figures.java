package io.muster.samples.fleet;

import io.muster.gossip.protocol.StateValue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What all nodes that can be asked see at one moment, in numbers.
 *
 * @param atMillis when they were asked
 * @param states what each node is, by number
 * @param seenBy how many hold each node for alive, itself included, by number
 * @param alive how many nodes are alive as an observer sees it
 * @param views how many observers agree on which those are: the sizes of the groups that do, largest first
 * @param settings the same of the shared map
 * @param age in milliseconds, of the load of one node as seen by another, over all pairs; of nodes that run
 * @param counted what was added to the shared counter
 * @param handled its sum as an observer sees it
 */
record Figures(
        long atMillis,
        List<EdgeNode.State> states,
        List<Integer> seenBy,
        Spread alive,
        List<Integer> views,
        List<Integer> settings,
        Spread age,
        long counted,
        Spread handled) {
    Figures {
        states = List.copyOf(states);
        seenBy = List.copyOf(seenBy);
        views = List.copyOf(views);
        settings = List.copyOf(settings);
    }

    /** Least, median, 99th percentile and greatest of some numbers; all 0 if there are none. */
    record Spread(long least, long median, long p99, long most) {
        static Spread of(long... numbers) {
            if (numbers.length == 0) {
                return new Spread(0, 0, 0, 0);
            }
            long[] sorted = numbers.clone();
            Arrays.sort(sorted);
            return new Spread(sorted[0], quantile(sorted, 0.5), quantile(sorted, 0.99), sorted[sorted.length - 1]);
        }

        /** The least number that so many are not above. */
        private static long quantile(long[] sorted, double share) {
            return sorted[(int) Math.ceil(share * sorted.length) - 1];
        }
    }

    static Figures of(List<EdgeNode.State> states, List<Sight> sights, long counted, long nowMillis) {
        return new Figures(
                nowMillis,
                states,
                seenBy(states.size(), sights),
                Spread.of(sights.stream()
                        .mapToLong(sight -> sight.alive().cardinality())
                        .toArray()),
                groups(sights.stream().map(Sight::alive).toList()),
                groups(sights.stream().map(Sight::settings).toList()),
                Spread.of(ages(states, sights, nowMillis)),
                counted,
                Spread.of(sights.stream().mapToLong(Sight::handled).toArray()));
    }

    long count(EdgeNode.State state) {
        return states.stream().filter(state::equals).count();
    }

    private static List<Integer> seenBy(int nodes, List<Sight> sights) {
        int[] seenBy = new int[nodes];
        for (Sight sight : sights) {
            sight.alive().stream().forEach(number -> seenBy[number]++);
        }
        return IntStream.of(seenBy).boxed().toList();
    }

    private static List<Integer> groups(Collection<?> all) {
        Map<Object, Integer> sizes = new HashMap<>();
        all.forEach(item -> sizes.merge(item, 1, Integer::sum));
        return sizes.values().stream().sorted(Comparator.reverseOrder()).toList();
    }

    private static long[] ages(List<EdgeNode.State> states, List<Sight> sights, long nowMillis) {
        List<String> names =
                IntStream.range(0, states.size()).mapToObj(EdgeNode::name).toList();
        long[] ages = new long[states.size() * sights.size()];
        int count = 0;
        for (Sight sight : sights) {
            for (int number = 0; number < states.size(); number++) {
                EdgeNode.State state = states.get(number);
                boolean publishes = state == EdgeNode.State.RUNNING || state == EdgeNode.State.CUT_OFF;
                StateValue load = sight.loadOf(names.get(number));
                if (publishes && number != sight.observer() && load != null) {
                    ages[count++] = Math.max(0, nowMillis - Reading.of(load).atMillis());
                }
            }
        }
        return Arrays.copyOf(ages, count);
    }
}
