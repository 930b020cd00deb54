package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.StateEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sees everything that happens: hashes it, checks the invariants, and keeps what nodes tell. */
final class Watch {
    private static final int CHECK_SIZES_EVERY = 64;

    final List<Observed> events = new ArrayList<>();
    private final Map<MemberEvent.Kind, Long> counts = new EnumMap<>(MemberEvent.Kind.class);
    private final Agenda agenda;
    private final long seed;
    private final int packetBytes;
    private final boolean checked;
    private final Invariants invariants = new Invariants(this);
    private final Trace trace = new Trace(Boolean.getBoolean("gossip.trace"));
    private final Map<String, Integer> numbers = new HashMap<>();
    private long handled;

    /**
     * @param packetBytes of a datagram, at most
     * @param checked whether invariants are checked and events kept
     */
    Watch(Agenda agenda, long seed, int packetBytes, boolean checked) {
        this.agenda = agenda;
        this.seed = seed;
        this.packetBytes = packetBytes;
        this.checked = checked;
    }

    /** Claims come into the network that no member has made. */
    void poisoned() {
        invariants.poison();
    }

    /** A node may have changed what it says of itself. */
    void claims(SimulatedNode node) {
        if (checked) {
            invariants.noteSelf(node);
        }
    }

    /** All nodes hold all of these as members from the start, without having told of them. */
    void knowFromTheStart(List<SimulatedNode> nodes, List<MemberRecord> all) {
        if (!checked) {
            return;
        }
        byte[] seen = new byte[numbers.size() + all.size()];
        for (MemberRecord record : all) {
            seen[number(record.id().name())] = code(MemberState.ALIVE);
        }
        for (SimulatedNode node : nodes) {
            node.seen = seen.clone();
        }
    }

    /** A node is about to handle an event. */
    void handles(SimulatedNode node, Event event) {
        trace.add(agenda.now(), node.index, event.kind.name().length(), event.message.sequence());
        if (event.kind == Event.Kind.DELIVER) {
            trace.add(
                    agenda.now(),
                    node.index,
                    event.message.kind().code(),
                    event.message.rumors().size());
            if (trace.inWords()) {
                trace.words(agenda.now(), node.index, "gets " + event.message + " from " + event.from);
            }
        }
    }

    /** What a node holds about the subjects of a message before it takes it; for {@link #takes}. */
    @Nullable
    MemberRecord[] before(SimulatedNode node, Message message) {
        return checked && !message.rumors().isEmpty() ? invariants.before(node.core, message) : Invariants.NOTHING;
    }

    /** A node has taken a message. */
    void takes(SimulatedNode node, Message message, @Nullable MemberRecord[] before) {
        if (checked && before.length > 0) {
            invariants.after(node.index, node.core, message, before);
            invariants.noteSelf(node);
        }
    }

    /** A node has handled an event. */
    void handled(SimulatedNode node, int names) {
        if (checked && ++handled % CHECK_SIZES_EVERY == 0) {
            invariants.sizes(node.index, node.core, names);
        }
    }

    void sends(SimulatedNode node, Effects.Channel channel, Message message) {
        if (checked) {
            invariants.noteSelf(node);
            invariants.sent(node.index, channel, message, packetBytes);
        }
    }

    void tells(SimulatedNode node, MemberEvent event) {
        counts.merge(event.kind(), 1L, Long::sum);
        trace.add(
                agenda.now(),
                node.index,
                100 + event.kind().name().length(),
                event.record().incarnation());
        if (!checked) {
            return;
        }
        String name = event.record().id().name();
        if (trace.inWords()) {
            trace.words(agenda.now(), node.index, event.kind() + " " + event.record());
        }
        int number = number(name);
        MemberState held = seen(node, number);
        if (!Invariants.isLegal(held, event)) {
            throw violation("S9", "node " + node.index + " held " + held + " and tells " + event, name);
        }
        see(node, number, Invariants.next(held, event));
        events.add(new Observed(agenda.now() / 1e9, node.index, event.kind(), name));
    }

    void tells(SimulatedNode node, StateEvent event) {
        trace.add(
                agenda.now(), node.index, 200 + event.kind().code(), event.key().hashCode());
        if (trace.inWords()) {
            trace.words(agenda.now(), node.index, event.toString());
        }
    }

    /** How many events of a kind nodes have told, also when none are kept. */
    long count(MemberEvent.Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    void forgetEvents() {
        events.clear();
        counts.clear();
    }

    long traceHash() {
        return trace.hash();
    }

    InvariantViolation violation(String property, String what, String about) {
        return new InvariantViolation(
                property, what + " at " + agenda.now() / 1e9 + " s", seed, trace.lastWords(about));
    }

    private int number(String name) {
        return numbers.computeIfAbsent(name, unknown -> numbers.size());
    }

    /** What a node has told of a name last, in one byte per name: a thousand nodes that know each other hold a million. */
    private static @Nullable MemberState seen(SimulatedNode node, int number) {
        int code = number < node.seen.length ? node.seen[number] : 0;
        return code == 0 ? null : Invariants.STATES[code - 1];
    }

    private void see(SimulatedNode node, int number, MemberState state) {
        if (number >= node.seen.length) {
            node.seen = Arrays.copyOf(node.seen, Math.max(numbers.size(), number * 2));
        }
        node.seen[number] = code(state);
    }

    private static byte code(MemberState state) {
        return (byte) (state.rank() + 1);
    }
}
