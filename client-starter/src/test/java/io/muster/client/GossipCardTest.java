package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.InstanceStatus;
import io.muster.api.InvalidFieldException;
import io.muster.api.Registration;
import io.muster.gossip.protocol.Metadata;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class GossipCardTest {
    private static final Registration REGISTRATION = new Registration(
            "5f1c9a0e-process",
            "10.1.2.3",
            65_535,
            true,
            InstanceStatus.DRAINING,
            10_000,
            "zone-a",
            Map.of("version", "2", "größe", "ü"),
            null);
    private static final GossipCard CARD = new GossipCard("default", "stock", "stock:8080", REGISTRATION);

    @Test
    void comesBackAsItWas() {
        assertThat(GossipCard.decode(CARD.encode())).isEqualTo(CARD);
    }

    @Test
    void isTheSameGenerationForOneProcessAlone() {
        GossipCard again = new GossipCard("default", "stock", "stock:8080", REGISTRATION.withStatus(InstanceStatus.UP));
        GossipCard other = new GossipCard("default", "stock", "stock:8080", Registration.of("other", "10.1.2.3", 1));

        assertThat(again.generation()).isEqualTo(CARD.generation());
        assertThat(other.generation()).isNotEqualTo(CARD.generation());
    }

    @Test
    void thatDoesNotFitNamesWhatIsTooLarge() {
        Registration large = with(Map.of("a", "x".repeat(250), "b", "y".repeat(250)));
        Registration longText = with(Map.of("a", "x".repeat(256)));

        assertThatThrownBy(new GossipCard("default", "stock", "a", large)::encode)
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("metadata must be so small")
                .hasMessageContaining("512 bytes");
        assertThatThrownBy(new GossipCard("default", "stock", "a", longText)::encode)
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("metadata must be texts of at most 255 bytes");
    }

    @Test
    void thatIsCutShortOrHasMoreIsRefused() {
        byte[] whole = CARD.encode().bytes();
        for (int length = 0; length < whole.length; length++) {
            Metadata cut = Metadata.of(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> GossipCard.decode(cut))
                    .as("cut at %s", cut.size())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        Metadata more = Metadata.of(Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> GossipCard.decode(more))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 bytes");
    }

    @Test
    void ofAnotherVersionIsRefused() {
        byte[] bytes = CARD.encode().bytes();
        bytes[0] = 2;
        assertThatThrownBy(() -> GossipCard.decode(Metadata.of(bytes))).hasMessage("version must be 1 but was 2");
    }

    @Test
    void thatAnEnemyMadeIsReadOrRefusedAndNothingElse() {
        long seed = 7;
        Random random = new Random(seed);
        byte[] whole = CARD.encode().bytes();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = whole.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                GossipCard read = GossipCard.decode(Metadata.of(bytes));
                assertThat(read.registration().metadata()).hasSizeLessThanOrEqualTo(64);
            } catch (IllegalArgumentException e) {
                refused++;
            } catch (RuntimeException e) {
                Assertions.fail("seed " + seed + ", run " + i + " threw", e);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private static Registration with(Map<String, String> metadata) {
        return new Registration("p", "10.1.2.3", 1, false, InstanceStatus.UP, 100, "", metadata, null);
    }
}
