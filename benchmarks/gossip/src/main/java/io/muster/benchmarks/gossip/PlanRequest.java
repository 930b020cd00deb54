package io.muster.benchmarks.gossip;

import io.muster.gossip.plan.Fleet;
import io.muster.gossip.plan.Plan;
import io.muster.gossip.plan.Planner;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --plan} asks for.
 *
 * @param members of the cluster
 * @param loss of a datagram, 0 to 0.5
 * @param roundTrip between two members; null: as each profile has it
 * @param profiles to plan with
 */
record PlanRequest(int members, double loss, @Nullable Duration roundTrip, List<Profile> profiles) {
    private static final double PERCENT = 100;

    PlanRequest {
        profiles = List.copyOf(profiles);
    }

    /**
     * Reads {@code n=250,loss=5%,rtt=20ms,profile=wan}, in any order; all may be left out.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static PlanRequest parse(String text) {
        int members = 250;
        double loss = 0;
        Duration roundTrip = null;
        List<Profile> profiles = List.of(Profile.values());
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String value = part.substring(equals + 1);
            switch (equals < 0 ? part : part.substring(0, equals)) {
                case "n" -> members = (int) number("n", value);
                case "loss" ->
                    loss = value.endsWith("%")
                            ? number("loss", value.substring(0, value.length() - 1)) / PERCENT
                            : number("loss", value);
                case "rtt" -> roundTrip = millis(value);
                case "profile" -> profiles = List.of(profile(value));
                default ->
                    throw new IllegalArgumentException("part must be n=, loss=, rtt= or profile= but was " + part);
            }
        }
        return new PlanRequest(members, loss, roundTrip, profiles);
    }

    private static Duration millis(String value) {
        if (!value.endsWith("ms")) {
            throw new IllegalArgumentException("rtt must be in ms but was " + value);
        }
        return Duration.ofNanos((long) (number("rtt", value.substring(0, value.length() - 2)) * 1e6));
    }

    private static double number(String name, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number but was " + value, e);
        }
    }

    private static Profile profile(String value) {
        return Arrays.stream(Profile.values())
                .filter(profile -> profile.name().equals(value.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("profile must be lan, fast or wan but was " + value));
    }

    Duration roundTrip(Profile profile) {
        return roundTrip == null ? profile.roundTrip() : roundTrip;
    }

    Plan plan(Profile profile) {
        return Planner.plan(profile.config(), new Fleet(members, loss, roundTrip(profile)));
    }
}
