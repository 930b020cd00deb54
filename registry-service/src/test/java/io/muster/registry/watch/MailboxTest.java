package io.muster.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.ChangeEvent;
import io.muster.api.Position;
import io.muster.registry.catalogue.ServiceKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final byte[] ID_LINE = "id: 1:9\n".getBytes(StandardCharsets.UTF_8);
    private static final ServiceKey A = new ServiceKey("default", "a");
    private static final ServiceKey B = new ServiceKey("default", "b");

    private final Mailbox mailbox = new Mailbox();

    @Test
    void theLastEventOfAnEmptiedMailboxCarriesThePosition() {
        mailbox.addChange(A, change("a", 1));
        mailbox.addChange(B, change("b", 2));

        String sent = take();
        assertThat(sent.indexOf("id: 1:9")).isGreaterThan(sent.indexOf("\"service\":\"a\""));
        assertThat(sent.indexOf("id: 1:9")).isLessThan(sent.indexOf("\"service\":\"b\""));
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void tooManyChangesCollapseIntoOneSnapshotPerService() {
        boolean collapsed = false;
        for (int i = 0; i < 10 * Mailbox.MAX_FRAMES; i++) {
            collapsed |= mailbox.addChange(i % 2 == 0 ? A : B, change(i % 2 == 0 ? "a" : "b", i));
        }

        assertThat(collapsed).isTrue();
        assertThat(take()).isEqualTo("snapshot a\n\nid: 1:9\nsnapshot b\n\n");
    }

    @Test
    void fewButLargeChangesCollapseToo() {
        Frame large = Frame.change(new ChangeEvent(
                "default", "a" + "x".repeat(Mailbox.MAX_FRAME_BYTES / 3), new Position(1, 1), List.of(), List.of()));
        assertThat(mailbox.addChange(A, large)).isFalse();
        assertThat(mailbox.addChange(A, large)).isFalse();
        assertThat(mailbox.addChange(A, large)).isTrue();

        assertThat(take()).isEqualTo("id: 1:9\nsnapshot a\n\n");
    }

    @Test
    void aChangeAfterAWishForTheSnapshotIsPartOfIt() {
        mailbox.addSnapshot(A);
        mailbox.addChange(A, change("a", 1));

        assertThat(take()).isEqualTo("id: 1:9\nsnapshot a\n\n");
    }

    @Test
    void aBatchIsBoundedAndOnlyTheLastOneCarriesThePosition() {
        for (int i = 0; i < 5; i++) {
            mailbox.addChange(
                    A,
                    Frame.change(new ChangeEvent(
                            "default", "a" + "x".repeat(100_000), new Position(1, i), List.of(), List.of())));
        }

        assertThat(take()).doesNotContain("id: 1:9").hasSizeLessThan(400_000);
        assertThat(mailbox.isEmpty()).isFalse();
        assertThat(take()).contains("id: 1:9");
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void nothingToSayIsNoEvent() {
        assertThat(take()).isEmpty();
        mailbox.addKeepAlive();
        mailbox.addKeepAlive();
        assertThat(take()).isEqualTo("id: 1:9\n:\n\n");
    }

    private String take() {
        return mailbox.take(MailboxTest::snapshot, ID_LINE).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .collect(Collectors.joining());
    }

    private static Frame snapshot(ServiceKey service) {
        return Frame.of("snapshot " + service.service() + "\n\n");
    }

    private static Frame change(String service, int index) {
        return Frame.change(new ChangeEvent("default", service, new Position(1, index), List.of(), List.of()));
    }
}
