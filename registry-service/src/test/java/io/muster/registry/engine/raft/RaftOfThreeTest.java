package io.muster.registry.engine.raft;

class RaftOfThreeTest extends RaftEngineContract {
    @Override
    int size() {
        return 3;
    }
}
