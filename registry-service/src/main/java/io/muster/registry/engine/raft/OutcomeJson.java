package io.muster.registry.engine.raft;

import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.SettingTarget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An outcome as JSON, from the leader to who submitted; what a kind does not have is null. */
record OutcomeJson(
        Kind kind,
        @Nullable Position generation,
        Outcome.@Nullable Effect effect,
        @Nullable String namespace,
        @Nullable String service,
        @Nullable String id,
        @Nullable String host,
        @Nullable Long number) {
    /** Which outcome. */
    enum Kind {
        APPLIED,
        NOT_FOUND,
        STALE_GENERATION,
        NOT_OWNER,
        ADDRESS_TAKEN,
        FULL,
        SERVICE_FULL,
        SETTLED,
        NO_SETTING,
        TOO_MANY_SETTINGS
    }

    /**
     * What became of one entry.
     *
     * @param entry its index in the log
     * @param outcomes one per command
     * @param unreadable whether it could not be read, and changed nothing
     */
    record Reply(long entry, List<OutcomeJson> outcomes, boolean unreadable) {
        List<Outcome> toOutcomes() {
            return outcomes.stream().map(OutcomeJson::toOutcome).toList();
        }
    }

    static byte[] encode(long entry, List<Outcome> outcomes) {
        return JsonCodec.server()
                .encode(new Reply(entry, outcomes.stream().map(OutcomeJson::of).toList(), false));
    }

    static byte[] unreadable(long entry) {
        return JsonCodec.server().encode(new Reply(entry, List.of(), true));
    }

    static Reply decode(byte[] json) {
        return JsonCodec.client().decode(json, Reply.class).value();
    }

    private static OutcomeJson of(Outcome outcome) {
        if (outcome instanceof Outcome.Applied applied) {
            return new OutcomeJson(Kind.APPLIED, applied.generation(), applied.effect(), null, null, null, null, null);
        }
        if (outcome instanceof Outcome.NotFound notFound) {
            return of(Kind.NOT_FOUND, notFound.key());
        }
        if (outcome instanceof Outcome.StaleGeneration stale) {
            return new OutcomeJson(Kind.STALE_GENERATION, stale.current(), null, null, null, null, null, null);
        }
        if (outcome instanceof Outcome.NotOwner notOwner) {
            return of(Kind.NOT_OWNER, notOwner.key());
        }
        if (outcome instanceof Outcome.AddressTaken taken) {
            return new OutcomeJson(Kind.ADDRESS_TAKEN, null, null, null, null, null, taken.host(), (long) taken.port());
        }
        if (outcome instanceof Outcome.Full full) {
            return new OutcomeJson(Kind.FULL, null, null, null, null, null, null, (long) full.limit());
        }
        if (outcome instanceof Outcome.ServiceFull full) {
            ServiceKey service = full.service();
            return new OutcomeJson(
                    Kind.SERVICE_FULL, null, null, service.namespace(), service.service(), null, null, full.limit());
        }
        if (outcome instanceof Outcome.Settled settled) {
            return new OutcomeJson(Kind.SETTLED, null, settled.effect(), null, null, null, null, null);
        }
        if (outcome instanceof Outcome.NoSetting none) {
            SettingTarget target = none.target();
            return new OutcomeJson(
                    Kind.NO_SETTING,
                    null,
                    null,
                    target.service().namespace(),
                    target.service().service(),
                    target.id(),
                    null,
                    null);
        }
        Outcome.TooManySettings many = (Outcome.TooManySettings) outcome;
        return new OutcomeJson(Kind.TOO_MANY_SETTINGS, null, null, null, null, null, null, (long) many.limit());
    }

    private static OutcomeJson of(Kind kind, InstanceKey key) {
        return new OutcomeJson(
                kind, null, null, key.service().namespace(), key.service().service(), key.id(), null, null);
    }

    private Outcome toOutcome() {
        return switch (kind) {
            case APPLIED -> new Outcome.Applied(need(generation), need(effect));
            case NOT_FOUND -> new Outcome.NotFound(key());
            case STALE_GENERATION -> new Outcome.StaleGeneration(need(generation));
            case NOT_OWNER -> new Outcome.NotOwner(key());
            case ADDRESS_TAKEN ->
                new Outcome.AddressTaken(need(host), need(number).intValue());
            case FULL -> new Outcome.Full(need(number).intValue());
            case SERVICE_FULL -> new Outcome.ServiceFull(serviceKey(), need(number));
            case SETTLED -> new Outcome.Settled(need(effect));
            case NO_SETTING -> new Outcome.NoSetting(new SettingTarget(serviceKey(), id));
            case TOO_MANY_SETTINGS -> new Outcome.TooManySettings(need(number).intValue());
        };
    }

    private ServiceKey serviceKey() {
        return new ServiceKey(need(namespace), need(service));
    }

    private InstanceKey key() {
        return new InstanceKey(serviceKey(), need(id));
    }

    private <T> T need(@Nullable T part) {
        if (part == null) {
            throw new IllegalArgumentException("outcome " + kind + " must be whole but lacks a part");
        }
        return part;
    }
}
