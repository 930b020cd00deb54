package io.muster.gossip.protocol;

import org.jspecify.annotations.Nullable;

/** What the parts of one node share. One caller at a time. */
final class NodeContext {
    final SwimConfig config;
    final SplitMix64 random;
    final MemberTable table = new MemberTable();
    final SpreadQueue<Rumor> rumors = new SpreadQueue<>();
    final SpreadQueue<StateEntry> news = new SpreadQueue<>();
    final StateDigest stateDigest = new StateDigest();
    final LocalHealth health;
    final Counters counters = new Counters();
    final long periodNanos;
    final long directTimeoutNanos;
    private final Message message = new Message();
    private @Nullable Effects effects;
    private MemberId id;
    private int selfSlot;
    private long nextSequence;
    private int limitMembers = -1;
    private int transmitLimit;
    private long now;

    NodeContext(SwimConfig config, MemberRecord self, long seed) {
        this.config = config;
        this.random = new SplitMix64(seed);
        this.health = new LocalHealth(config.lifeguard().localHealth());
        this.periodNanos = config.probing().period().toNanos();
        this.directTimeoutNanos = config.probing().directTimeout().toNanos();
        this.nextSequence = random.nextLong() >>> 34;
        this.id = self.id();
        this.selfSlot = table.insert(self);
    }

    /** Begins a call. */
    void begin(long newNow, Effects newEffects) {
        now = newNow;
        effects = newEffects;
    }

    long now() {
        return now;
    }

    boolean on(Rule rule) {
        return config.on(rule);
    }

    int selfSlot() {
        return selfSlot;
    }

    MemberId id() {
        return id;
    }

    MemberRecord self() {
        return table.at(selfSlot);
    }

    void self(MemberRecord record) {
        id = record.id();
        table.replace(selfSlot, record);
    }

    int n() {
        return table.liveCount();
    }

    long newSequence() {
        return nextSequence++;
    }

    /** Starts a message from this node; there is one message at a time. */
    Message message(Message.Kind kind, long sequence) {
        return message.start(kind, sequence)
                .sender(id.nameHash(), id.life())
                .stateRoot(kind.tellsStateRoot() ? stateDigest.root() : 0);
    }

    /** Starts a message that carries rumors alone. */
    Message rumorsMessage() {
        return message(Message.Kind.RUMORS, 0).root(table.root());
    }

    /** Whether there is anything to pass on. */
    boolean hasNews() {
        return !rumors.isEmpty() || !news.isEmpty();
    }

    /** Fills what is left of a packet with rumors, and what they leave with entries of the state. */
    void addRumors(Message packet) {
        rumors.fill(packet, config.spreading().packetBytes(), transmitLimit());
        news.fill(packet, config.spreading().packetBytes(), transmitLimit());
    }

    /** Adds a claim before the rumors, if there is room. */
    void addFirst(Message packet, Rumor rumor) {
        if (packet.maxEncodedSize() + rumor.record().maxEncodedSize()
                <= config.spreading().packetBytes()) {
            packet.add(rumor);
        }
    }

    int transmitLimit() {
        if (limitMembers != n()) {
            limitMembers = n();
            transmitLimit = Timing.transmitLimit(config.spreading(), limitMembers);
        }
        return transmitLimit;
    }

    void send(NodeAddress to, Effects.Channel channel, Message packet) {
        effects().send(to, channel, packet);
    }

    void emit(StateEvent event) {
        effects().state(event);
    }

    void emit(MemberEvent.Kind kind, MemberRecord record) {
        effects().event(new MemberEvent(kind, record));
    }

    private Effects effects() {
        if (effects == null) {
            throw new IllegalStateException("node must be in a call but was not");
        }
        return effects;
    }
}
