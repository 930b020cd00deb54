package io.muster.registry.security;

/** The server was told to listen where others reach it, without being told whom to trust. */
public final class UnsafeBindAddressException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String property;
    private final String address;

    UnsafeBindAddressException(String property, String address) {
        super(property + " must be a loopback address unless muster.server.auth.mode is token or none but was "
                + address);
        this.property = property;
        this.address = address;
    }

    String property() {
        return property;
    }

    String address() {
        return address;
    }
}
