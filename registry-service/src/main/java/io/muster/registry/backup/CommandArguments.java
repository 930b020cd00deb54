package io.muster.registry.backup;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Options of a command, each with one value. */
record CommandArguments(Map<String, String> values) {
    /** @throws IllegalArgumentException when an option is unknown, comes twice or has no value */
    static CommandArguments parse(List<String> arguments, Set<String> known) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (!known.contains(option)) {
                throw new IllegalArgumentException("option must be one of "
                        + String.join(", ", known.stream().sorted().toList()) + " but was " + option);
            }
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " must be followed by a value");
            }
            if (values.put(option, arguments.get(i + 1)) != null) {
                throw new IllegalArgumentException(option + " must be given once");
            }
        }
        return new CommandArguments(values);
    }

    String required(String option) {
        String value = values.get(option);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(option + " must be given");
        }
        return value;
    }

    @Nullable
    String optional(String option) {
        return values.get(option);
    }
}
