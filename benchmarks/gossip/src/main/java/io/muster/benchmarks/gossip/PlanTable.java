package io.muster.benchmarks.gossip;

import io.muster.gossip.plan.Plan;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A plan as Markdown, a column for each profile. */
final class PlanTable {
    private static final int DIGITS = 3;

    private final PlanRequest request;
    private final List<Plan> plans;
    private final StringBuilder text = new StringBuilder();

    private PlanTable(PlanRequest request) {
        this.request = request;
        this.plans = request.profiles().stream().map(request::plan).toList();
    }

    static String of(PlanRequest request) {
        return new PlanTable(request).write();
    }

    private String write() {
        text.append(String.format(
                Locale.ROOT,
                "%,d members, %s %% of datagrams lost%n%n",
                request.members(),
                number(request.loss() * 100)));
        text.append("| |");
        request.profiles()
                .forEach(profile -> text.append(' ')
                        .append(profile.label())
                        .append(", ")
                        .append(number(request.roundTrip(profile).toNanos() / 1e6))
                        .append(" ms |"));
        text.append("\n|---|").append("---|".repeat(plans.size())).append('\n');
        line("crash to first suspect, mean, s", plan -> seconds(plan.detection().firstSuspect()));
        line("crash to first dead, mean, s", plan -> seconds(plan.detection().firstDead()));
        line("crash to all know, mean, s", plan -> seconds(plan.detection().allKnow()));
        line("update to all, mean, s", plan -> seconds(plan.update().mean()));
        line("update to all, 99 of 100, s", plan -> seconds(plan.update().late()));
        line("datagrams per member, 1/s", plan -> number(plan.load().datagrams()));
        line("streams per member, 1/s", plan -> number(plan.load().streams()));
        line(
                "bytes per member, sealed, all headers, 1/s",
                plan -> number(plan.load().bytes()));
        line(
                "probes that no datagram answers, %",
                plan -> number(100 * plan.accuracy().unanswered()));
        line("false suspicions while streams get through", plan -> "0");
        line(
                "false suspicions by one member if they do not, 1/min",
                plan -> number(plan.accuracy().falseSuspicions()));
        return text.toString();
    }

    private void line(String figure, Function<Plan, String> value) {
        text.append("| ").append(figure).append(" |");
        plans.forEach(plan -> text.append(' ').append(value.apply(plan)).append(" |"));
        text.append('\n');
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toNanos() / 1e9);
    }

    private static String number(double value) {
        return new BigDecimal(value)
                .round(new MathContext(DIGITS))
                .stripTrailingZeros()
                .toPlainString();
    }
}
