package io.muster.registry.watch;

import java.time.Duration;

/**
 * How streams behave.
 *
 * @param gather for how long changes are gathered at most before they are sent; the first after a pause goes at once
 * @param keepAlive how often a quiet stream carries a comment
 * @param stalledAfter after how long a stream whose reader takes nothing is cut
 * @param absence for how long one counts as a watcher who went without a farewell: the TTL
 * @param maxWatchers how many streams may be open
 */
public record WatchConfig(
        Duration gather, Duration keepAlive, Duration stalledAfter, Duration absence, int maxWatchers) {}
