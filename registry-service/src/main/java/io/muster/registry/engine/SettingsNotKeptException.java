package io.muster.registry.engine;

/** Operators' settings are in force, and could not be stored: a restart would forget them. The same call again tries again. */
public final class SettingsNotKeptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message where they could not be stored
     * @param cause why
     */
    public SettingsNotKeptException(String message, Throwable cause) {
        super(message, cause);
    }
}
