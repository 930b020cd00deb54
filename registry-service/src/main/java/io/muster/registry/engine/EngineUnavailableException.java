package io.muster.registry.engine;

/** The engine cannot accept a command now; reads go on. */
public final class EngineUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message names the engine and its state */
    public EngineUnavailableException(String message) {
        super(message);
    }
}
