package io.muster.registry.catalogue;

import io.muster.api.OperatorSetting;
import io.muster.registry.catalogue.Outcome.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** What operators say, apart from who is registered. One thread at a time changes it; any thread reads. */
final class Settings {
    private final int max;
    private final ConcurrentSkipListMap<SettingTarget, OperatorSetting> settings =
            new ConcurrentSkipListMap<>(SettingTarget.ORDER);
    private int size;

    /** @param max how many it holds */
    Settings(int max) {
        this.max = max;
    }

    Outcome put(SettingTarget target, OperatorSetting setting) {
        OperatorSetting before = settings.get(target);
        if (setting.equals(before)) {
            return new Outcome.Settled(Effect.UNCHANGED);
        }
        if (before == null) {
            if (size >= max) {
                return new Outcome.TooManySettings(max);
            }
            size++;
        }
        settings.put(target, setting);
        return new Outcome.Settled(before == null ? Effect.CREATED : Effect.CHANGED);
    }

    Outcome remove(SettingTarget target) {
        if (settings.remove(target) == null) {
            return new Outcome.NoSetting(target);
        }
        size--;
        return new Outcome.Settled(Effect.REMOVED);
    }

    /** What they come to for an instance. */
    Ruling rulingOf(InstanceKey key) {
        if (size == 0) {
            return Ruling.NONE;
        }
        @Nullable OperatorSetting instance = settings.get(SettingTarget.of(key));
        @Nullable OperatorSetting service = settings.get(SettingTarget.of(key.service()));
        return Ruling.of(instance, service);
    }

    /** All of them, in order; changes made meanwhile may or may not be among them. */
    List<Setting> all() {
        List<Setting> all = new ArrayList<>();
        settings.forEach((target, setting) -> all.add(new Setting(target, setting)));
        return all;
    }
}
