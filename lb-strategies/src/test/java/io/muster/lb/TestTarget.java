package io.muster.lb;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

record TestTarget(String id, String generation, int weight, String zone, Map<String, String> metadata)
        implements Target {
    static TestTarget of(String id) {
        return new TestTarget(id, "1:1", DEFAULT_WEIGHT, "", Map.of());
    }

    static List<TestTarget> all(String... ids) {
        return List.of(ids).stream().map(TestTarget::of).toList();
    }

    /** {@code count} targets whose ids are the numbers from 0, padded so that they sort as numbers. */
    static List<TestTarget> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> of(String.format("%06d", i)))
                .toList();
    }

    TestTarget weighing(int newWeight) {
        return new TestTarget(id, generation, newWeight, zone, metadata);
    }

    TestTarget ofGeneration(String newGeneration) {
        return new TestTarget(id, newGeneration, weight, zone, metadata);
    }

    TestTarget in(String newZone) {
        return new TestTarget(id, generation, weight, newZone, metadata);
    }

    TestTarget saying(String name, String value) {
        return new TestTarget(id, generation, weight, zone, Map.of(name, value));
    }
}
