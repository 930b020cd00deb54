package io.muster.benchmarks.calls;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The entry of the processes that serve and that call. */
public final class Calls {
    /** The name of the service that is called. */
    public static final String SERVICE = "inventory";

    private Calls() {}

    /**
     * Runs a process of a role.
     *
     * @param arguments {@code instance} or {@code callers}, then Spring properties as {@code --name=value}
     */
    public static void main(String[] arguments) throws IOException {
        String role = arguments.length == 0 ? "" : arguments[0];
        List<String> properties = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        switch (role) {
            case "instance" -> InstanceApplication.start(properties);
            case "callers" -> Callers.run(properties);
            default -> throw new IllegalArgumentException("role must be instance or callers but was " + role);
        }
    }
}
