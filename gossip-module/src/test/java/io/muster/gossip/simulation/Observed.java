package io.muster.gossip.simulation;

import io.muster.gossip.protocol.MemberEvent;

/** An event as one node told it. */
public record Observed(double atSeconds, int observer, MemberEvent.Kind kind, String subject) {}
