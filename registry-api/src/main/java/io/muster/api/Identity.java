package io.muster.api;

/**
 * Who answers at an instance's address, as the process itself says: the answer to {@code GET} {@link #PATH} there. The
 * registry asks a silent instance for it; that a port is open proves nothing.
 *
 * @param id the instance's id
 * @param generation its registration's generation
 */
public record Identity(String id, Position generation) {
    /** Where an instance answers. */
    public static final String PATH = "/.well-known/muster-identity";

    /** @throws InvalidFieldException when a part is absent */
    public Identity {
        Names.required("id", id);
        Names.required("generation", generation);
    }
}
