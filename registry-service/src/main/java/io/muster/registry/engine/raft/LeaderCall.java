package io.muster.registry.engine.raft;

import io.muster.api.InstanceReference;
import io.muster.api.JsonCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a follower passes on to the leader, and nobody logs.
 *
 * @param observations signs of life
 * @param suspects instances that may be gone
 * @param agree in which namespace an operator agrees that the silent ones are gone; null for none
 */
record LeaderCall(
        List<Observation> observations,
        List<InstanceReference> suspects,
        @Nullable String agree) {
    /**
     * Signs of life.
     *
     * @param owner who says so
     * @param alive of whom
     */
    record Observation(String owner, List<InstanceReference> alive) {}

    /**
     * What the leader says.
     *
     * @param unknown for each observation, the ones that are not registered in that generation by that owner
     * @param agreed whether anybody had been held back
     */
    record Answer(List<List<InstanceReference>> unknown, boolean agreed) {
        byte[] encode() {
            return JsonCodec.server().encode(this);
        }

        static Answer decode(byte[] json) {
            return JsonCodec.server().decode(json, Answer.class).value();
        }
    }

    byte[] encode() {
        return JsonCodec.server().encode(this);
    }

    static LeaderCall decode(byte[] json) {
        return JsonCodec.server().decode(json, LeaderCall.class).value();
    }
}
