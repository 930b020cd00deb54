package io.muster.registry.engine.raft;

class RaftOfOneTest extends RaftEngineContract {
    @Override
    int size() {
        return 1;
    }
}
