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

    @Override
    public CompletionStage<Finding> connect(InstanceRecord instance) {
        connected.add(instance.key().id());
        return CompletableFuture.completedFuture(
                connections.getOrDefault(instance.key().id(), Finding.SILENT));
    }

    @Override
    public CompletionStage<CheckResult> check(InstanceRecord instance) {
        checked.add(instance.key().id());
        return CompletableFuture.completedFuture(
                checks.getOrDefault(instance.key().id(), CheckResult.passed()));
    }

    @Override
    public CompletionStage<Finding> identify(InstanceRecord instance) {
        identified.add(instance.key().id());
        return CompletableFuture.completedFuture(
                identities.getOrDefault(instance.key().id(), Finding.SILENT));
    }
}
