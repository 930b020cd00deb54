package io.muster.registry.engine.raft;

import io.muster.api.InstancePatch;
import io.muster.api.JsonCodec;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.SettingTarget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command as JSON; what a kind does not have is null. Fields may be added, and never change their meaning: logs hold
 * entries of former versions.
 */
record CommandJson(
        Kind kind,
        String namespace,
        String service,
        @Nullable String id,
        @Nullable Position generation,
        @Nullable String owner,
        @Nullable Registration registration,
        @Nullable String address,
        @Nullable InstancePatch patch,
        @Nullable Boolean passing,
        @Nullable String reason,
        @Nullable OperatorSetting setting) {
    /** Which command. */
    enum Kind {
        REGISTER,
        PATCH,
        DEREGISTER,
        CHECKS,
        REMOVE,
        DECIDE,
        WITHDRAW
    }

    /**
     * Commands of one entry.
     *
     * @param commands in order
     */
    record Entry(List<CommandJson> commands) {}

    static byte[] encode(List<Command> commands) {
        return JsonCodec.server()
                .encode(new Entry(commands.stream().map(CommandJson::of).toList()));
    }

    /** @throws RuntimeException when it is no list of commands */
    static List<Command> decode(byte[] json) {
        return JsonCodec.server().decode(json, Entry.class).value().commands().stream()
                .map(CommandJson::toCommand)
                .toList();
    }

    private static CommandJson of(Command command) {
        if (command instanceof Command.Decide decide) {
            return of(Kind.DECIDE, decide.target(), decide.setting());
        }
        if (command instanceof Command.Withdraw withdraw) {
            return of(Kind.WITHDRAW, withdraw.target(), null);
        }
        if (command instanceof Command.Register register) {
            InstanceKey key = register.key();
            return new CommandJson(
                    Kind.REGISTER,
                    key.service().namespace(),
                    key.service().service(),
                    key.id(),
                    null,
                    register.owner(),
                    register.registration(),
                    register.address(),
                    null,
                    null,
                    null,
                    null);
        }
        if (command instanceof Command.Patch patch) {
            return of(Kind.PATCH, patch.key(), patch.generation(), patch.owner(), patch.patch(), null, null);
        }
        if (command instanceof Command.Deregister deregister) {
            return of(Kind.DEREGISTER, deregister.key(), deregister.generation(), deregister.owner(), null, null, null);
        }
        if (command instanceof Command.ReportChecks report) {
            Checks checks = report.checks();
            return of(Kind.CHECKS, report.key(), report.generation(), null, null, checks.passing(), checks.reason());
        }
        Command.Remove remove = (Command.Remove) command;
        return of(Kind.REMOVE, remove.key(), remove.generation(), null, null, null, remove.reason());
    }

    private static CommandJson of(Kind kind, SettingTarget target, @Nullable OperatorSetting setting) {
        return new CommandJson(
                kind,
                target.service().namespace(),
                target.service().service(),
                target.id(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                setting);
    }

    private static CommandJson of(
            Kind kind,
            InstanceKey key,
            Position generation,
            @Nullable String owner,
            @Nullable InstancePatch patch,
            @Nullable Boolean passing,
            @Nullable String reason) {
        return new CommandJson(
                kind,
                key.service().namespace(),
                key.service().service(),
                key.id(),
                generation,
                owner,
                null,
                null,
                patch,
                passing,
                reason,
                null);
    }

    private Command toCommand() {
        ServiceKey serviceKey = new ServiceKey(namespace, service);
        return switch (kind) {
            case REGISTER -> new Command.Register(key(), need(registration), need(owner), need(address));
            case PATCH -> new Command.Patch(key(), need(generation), need(patch), need(owner));
            case DEREGISTER -> new Command.Deregister(key(), need(generation), need(owner));
            case CHECKS -> new Command.ReportChecks(key(), need(generation), new Checks(need(passing), need(reason)));
            case REMOVE -> new Command.Remove(key(), need(generation), need(reason));
            case DECIDE -> new Command.Decide(new SettingTarget(serviceKey, id), need(setting));
            case WITHDRAW -> new Command.Withdraw(new SettingTarget(serviceKey, id));
        };
    }

    private InstanceKey key() {
        return new InstanceKey(new ServiceKey(namespace, service), need(id));
    }

    private <T> T need(@Nullable T part) {
        if (part == null) {
            throw new IllegalArgumentException("command " + kind + " must be whole but lacks a part");
        }
        return part;
    }
}
