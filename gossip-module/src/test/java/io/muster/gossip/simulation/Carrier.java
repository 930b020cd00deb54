package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.NodeAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Carries messages from node to node: by datagram, or on streams, whose answers come back to the life that asked. */
final class Carrier {
    private final Agenda agenda;
    private final Network network;
    private final List<SimulatedNode> nodes;
    private final Watch watch;
    private final Traffic traffic;
    private final Map<NodeAddress, SimulatedNode> byAddress = new HashMap<>();

    Carrier(Agenda agenda, Network network, List<SimulatedNode> nodes, Watch watch, Traffic traffic) {
        this.agenda = agenda;
        this.network = network;
        this.nodes = nodes;
        this.watch = watch;
        this.traffic = traffic;
    }

    /** Has a node reached at its address. */
    void connect(SimulatedNode node) {
        byAddress.put(node.address, node);
    }

    /** Has a node no longer reached at its address, unless another one is there by now. */
    void disconnect(SimulatedNode node) {
        byAddress.remove(node.address, node);
    }

    void send(SimulatedNode node, NodeAddress to, Effects.Channel channel, Message message) {
        watch.sends(node, channel, message);
        if (node.sendErrors) {
            Event failed = agenda.event(Event.Kind.SEND_FAILED, node.index);
            failed.life = node.life;
            failed.from = to;
            agenda.add(agenda.now(), failed);
            return;
        }
        Event question = node.handling;
        if (channel == Effects.Channel.REPLY && question != null && question.channel == Effects.Channel.STREAM) {
            traffic.stream(message);
            answer(node, question, message);
        } else if (channel == Effects.Channel.STREAM) {
            traffic.stream(message);
            ask(node, to, message);
        } else {
            traffic.datagram(message);
            datagram(node, to, message);
        }
    }

    private void datagram(SimulatedNode node, NodeAddress to, Message message) {
        SimulatedNode target = byAddress.get(to);
        if (target != null && network.passesDatagram(node.index, target.index, agenda.now())) {
            post(node, target, Effects.Channel.DATAGRAM, message, network.datagramLatency());
            if (network.duplicates()) {
                post(node, target, Effects.Channel.DATAGRAM, message, network.datagramLatency() * 3);
            }
        }
    }

    private void ask(SimulatedNode node, NodeAddress to, Message message) {
        SimulatedNode target = byAddress.get(to);
        if (target != null && network.passesConnect(node.index, target.index)) {
            post(node, target, Effects.Channel.STREAM, message, network.streamLatency(true));
        }
    }

    private void answer(SimulatedNode node, Event question, Message message) {
        SimulatedNode asker = nodes.get(question.asker);
        if (asker.life == question.askerLife && network.passesStream(node.index, asker.index)) {
            post(node, asker, Effects.Channel.REPLY, message, network.streamLatency(false));
        }
    }

    private void post(SimulatedNode from, SimulatedNode to, Effects.Channel channel, Message message, long latency) {
        Event event = agenda.event(Event.Kind.DELIVER, to.index);
        event.life = to.life;
        event.channel = channel;
        event.from = from.address;
        event.asker = from.index;
        event.askerLife = from.life;
        event.message.copyFrom(message);
        agenda.add(agenda.now() + latency, event);
    }
}
