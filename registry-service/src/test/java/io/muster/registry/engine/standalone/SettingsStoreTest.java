package io.muster.registry.engine.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.OperatorSetting;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import io.muster.registry.engine.SettingsNotKeptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsStoreTest {
    private static final ServiceKey ORDERS = new ServiceKey("staging", "orders");
    private static final List<Setting> SOME = List.of(
            new Setting(SettingTarget.of(ORDERS), new OperatorSetting(false, 0, "")),
            new Setting(new SettingTarget(ORDERS, "a:1"), new OperatorSetting(true, null, "disk \"swap\" \u00fc")));

    @TempDir
    Path home;

    private final List<SettingsStore> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(SettingsStore::close);
    }

    @Test
    void whatWasKeptIsThereAfterARestart() {
        SettingsStore store = store();
        assertThat(store.open()).isEmpty();
        await(store, SOME);
        store.close();

        assertThat(store().open()).isEqualTo(SOME);
        assertThat(folder()).isDirectoryNotContaining("glob:**.next");
    }

    @Test
    void nothingIsWrittenWhereNothingIsToBeKept() {
        SettingsStore store = new SettingsStore(null, Runnable::run);
        assertThat(store.open()).isEmpty();
        await(store, SOME);

        assertThat(home).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"version\":1,\"settings\":[{\"namespace\":\"default\",\"serv",
                "{\"settings\":[]}",
                "{\"version\":0,\"settings\":[]}",
                "{\"version\":\"new\",\"settings\":[]}",
                "{\"version\":1}",
                "{\"version\":1,\"settings\":[null]}",
                "{\"version\":1,\"settings\":[{\"namespace\":\"default\",\"service\":\"NO\",\"setting\":{\"weight\":1}}]}",
                "{\"version\":1,\"settings\":[{\"namespace\":\"default\",\"service\":\"a\"}]}",
                "{\"version\":1,\"settings\":[{\"namespace\":\"default\",\"service\":\"a\",\"setting\":{\"weight\":-1}}]}",
                "{\"version\":1,\"settings\":[{\"namespace\":\"n\",\"service\":\"a\",\"setting\":{\"weight\":1}},"
                        + "{\"namespace\":\"n\",\"service\":\"a\",\"setting\":{\"weight\":2}}]}",
            })
    void aDamagedFileIsSetAsideAndStopsNobody(String content) throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("operator-settings.json"), content);
        SettingsStore store = store();

        assertThat(store.open()).isEmpty();
        assertThat(folder().resolve("operator-settings.json")).doesNotExist();
        assertThat(folder().resolve("operator-settings.json.damaged")).hasContent(content);
        await(store, SOME);
        store.close();
        assertThat(store().open()).isEqualTo(SOME);
    }

    @Test
    void anotherDamagedFileReplacesNoneThatWasSetAside() throws IOException {
        Path file = folder().resolve("operator-settings.json");
        Files.createDirectories(folder());
        for (int i = 1; i <= 9; i++) {
            Files.writeString(file, "damage " + i);
            SettingsStore store = store();
            assertThat(store.open()).isEmpty();
            store.close();
            assertThat(file).doesNotExist();
        }
        assertThat(folder().resolve("operator-settings.json.damaged")).hasContent("damage 1");
        assertThat(folder().resolve("operator-settings.json.damaged-2")).hasContent("damage 2");
        assertThat(folder().resolve("operator-settings.json.damaged-9")).hasContent("damage 9");

        Files.writeString(file, "damage 10");
        SettingsStore store = store();
        assertThat(store.open()).isEmpty();
        assertThat(file).hasContent("damage 10");
        assertThatThrownBy(() -> await(store, SOME))
                .hasCauseInstanceOf(SettingsNotKeptException.class)
                .hasMessageContaining("9 damaged ones");
    }

    @Test
    void aFileOfANewerVersionIsLeftAlone() throws IOException {
        Path file = folder().resolve("operator-settings.json");
        Files.createDirectories(folder());
        String newer = "{\"version\":2,\"rules\":{\"all\":[]}}";
        Files.writeString(file, newer);
        SettingsStore store = store();

        assertThat(store.open()).isEmpty();
        assertThatThrownBy(() -> await(store, SOME))
                .hasCauseInstanceOf(SettingsNotKeptException.class)
                .hasMessageContaining("newer")
                .hasMessageContaining("version 2");
        store.retry(0, () -> SOME);
        store.retry(3_600_000_000_000L, () -> SOME);
        assertThat(file).hasContent(newer);
        assertThat(folder()).isDirectoryNotContaining("glob:**.damaged*");
    }

    @Test
    void whatCannotBeReadIsNoDamage() throws IOException {
        // Even for the superuser, to whom no permission is denied, a directory is no readable file.
        Path file = folder().resolve("operator-settings.json");
        Files.createDirectories(file);
        SettingsStore store = store();

        assertThat(store.open()).isEmpty();
        assertThatThrownBy(() -> await(store, SOME)).hasCauseInstanceOf(SettingsNotKeptException.class);
        assertThat(file).isDirectory();
        assertThat(folder()).isDirectoryNotContaining("glob:**.damaged*");
    }

    @Test
    void whatWritesHaveLeftIsDeletedAtTheStartAndNothingElse() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("operator-settings.json123.next"), "half");
        Files.writeString(folder().resolve("mine.next"), "of somebody else");
        SettingsStore store = store();
        assertThat(store.open()).isEmpty();

        assertThat(folder().resolve("operator-settings.json123.next")).doesNotExist();
        assertThat(folder().resolve("mine.next")).exists();
    }

    @Test
    void aDirectoryThatCannotBeMadeStopsNoStartAndIsSaidToWhoChangesSomething() throws IOException {
        Files.writeString(home.resolve("registry"), "a file where the directory is to be");
        SettingsStore store = store();

        assertThat(store.open()).isEmpty();
        assertThatThrownBy(() -> await(store, SOME))
                .hasCauseInstanceOf(SettingsNotKeptException.class)
                .hasMessageContaining(folder().toString());
    }

    @Test
    void aWriteThatFailedIsMadeUpForByTheSameCallAgain() throws IOException {
        SettingsStore store = store();
        store.open();
        Path file = folder().resolve("operator-settings.json");
        // A file cannot take the place of a directory that holds something.
        Files.createDirectories(file.resolve("in-the-way"));
        assertThatThrownBy(() -> await(store, SOME)).hasCauseInstanceOf(SettingsNotKeptException.class);
        assertThat(folder()).isDirectoryNotContaining("glob:**.next");

        Files.delete(file.resolve("in-the-way"));
        Files.delete(file);
        store.keep(false, () -> SOME)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();

        store.close();
        assertThat(store().open()).isEqualTo(SOME);
    }

    @Test
    void oneDirectoryServesOneRegistry() {
        SettingsStore first = store();
        first.open();
        await(first, SOME);
        SettingsStore second = store();

        assertThat(second.open()).isEmpty();
        assertThatThrownBy(() -> await(second, List.of()))
                .hasCauseInstanceOf(SettingsNotKeptException.class)
                .hasMessageContaining("another registry");
        first.close();
        assertThat(store().open()).isEqualTo(SOME);
    }

    @Test
    void manyWhoWaitShareAWriteAndNoneIsToldTooEarly() {
        ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        AtomicInteger reads = new AtomicInteger();
        SettingsStore store = new SettingsStore(folder(), tasks::add);
        store.open();
        CompletableFuture<Void> first = keep(store, reads);
        CompletableFuture<Void> second = keep(store, reads);
        assertThat(tasks).hasSize(1);
        assertThat(first).isNotDone();
        tasks.remove().run();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(reads).hasValue(1);
        assertThat(store.keep(false, () -> SOME).toCompletableFuture())
                .as("nothing to write")
                .isCompleted();
        assertThat(tasks).isEmpty();
        assertThat(keep(store, reads)).as("another change").isNotDone();
        assertThat(tasks).hasSize(1);
    }

    @Test
    void theFileIsItsOwnersAlone() throws IOException {
        SettingsStore store = store();
        store.open();
        await(store, SOME);

        assertThat(Files.getPosixFilePermissions(folder().resolve("operator-settings.json")))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    private static CompletableFuture<Void> keep(SettingsStore store, AtomicInteger reads) {
        return store.keep(true, () -> {
                    reads.incrementAndGet();
                    return SOME;
                })
                .toCompletableFuture();
    }

    private static void await(SettingsStore store, List<Setting> settings) {
        store.keep(true, () -> settings)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private Path folder() {
        return home.resolve("registry");
    }

    private SettingsStore store() {
        SettingsStore store = new SettingsStore(folder(), Runnable::run);
        open.add(store);
        return store;
    }
}
