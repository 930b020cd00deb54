package io.muster.registry.engine;

import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.Prober;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A network in which a test says what answers. */
final class ScriptedProber implements Prober {
    final Map<String, Finding> connections = new ConcurrentHashMap<>();
    final Map<String, Finding> identities = new ConcurrentHashMap<>();
    final Map<String, CheckResult> checks = new ConcurrentHashMap<>();
    final List<String> checked = new ArrayList<>();
    final List<String> connected = new ArrayList<>();
    final List<String> identified = new ArrayList<>();

    /** How many connections it still tries. */
    int room = Integer.MAX_VALUE;

    /** How it fails, whatever it is asked. */
    Fault fault = Fault.NONE;

    enum Fault {
        NONE,
        THROWS,
        FAILED_STAGE
    }

    @Override
    public CompletionStage<Finding> connect(InstanceRecord instance) {
        if (room == 0) {
            return answer(Finding.SKIPPED);
        }
        room--;
        connected.add(instance.key().id());
        return answer(connections.getOrDefault(instance.key().id(), Finding.SILENT));
    }

    @Override
    public CompletionStage<CheckResult> check(InstanceRecord instance) {
        checked.add(instance.key().id());
        return answer(checks.getOrDefault(instance.key().id(), CheckResult.passed()));
    }

    @Override
    public CompletionStage<Finding> identify(InstanceRecord instance) {
        identified.add(instance.key().id());
        return answer(identities.getOrDefault(instance.key().id(), Finding.SILENT));
    }

    private <T> CompletionStage<T> answer(T finding) {
        return switch (fault) {
            case NONE -> CompletableFuture.completedFuture(finding);
            case THROWS -> throw new IllegalStateException("the prober is broken");
            case FAILED_STAGE -> CompletableFuture.failedFuture(new IllegalStateException("the probe is broken"));
        };
    }
}
