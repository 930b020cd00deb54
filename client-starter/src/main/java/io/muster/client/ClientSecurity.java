package io.muster.client;

import io.muster.api.InvalidFieldException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a process proves to the registry who it is, and learns that it speaks with the registry. Never shows its token.
 *
 * @param token what the registry knows this process by, 1 to 500 printable ASCII characters; null for none
 * @param sslContext whom this process trusts, and the key that it shows; null for the platform's
 * @param plaintextToken whether the token may be sent unencrypted to another machine, where whoever sees it can use it
 */
public record ClientSecurity(
        @Nullable String token, @Nullable SSLContext sslContext, boolean plaintextToken) {
    /** No token, and the platform's trust. */
    public static final ClientSecurity NONE = new ClientSecurity(null, null, false);

    private static final int MAX_LENGTH = 500;

    /** @throws InvalidFieldException when the token breaks its rule; the message does not show it */
    public ClientSecurity {
        if (token != null && !isToken(token)) {
            throw new InvalidFieldException(
                    "token",
                    "1 to " + MAX_LENGTH + " printable ASCII characters without a space",
                    "something else of " + token.length() + " characters");
        }
    }

    /** The same with another token; null for none. */
    public ClientSecurity withToken(@Nullable String newToken) {
        return new ClientSecurity(newToken, sslContext, plaintextToken);
    }

    /** The same with other trust and key; null for the platform's. */
    public ClientSecurity withSslContext(@Nullable SSLContext newSslContext) {
        return new ClientSecurity(token, newSslContext, plaintextToken);
    }

    /** The same where the token may be sent unencrypted, or may not. */
    public ClientSecurity withPlaintextToken(boolean newPlaintextToken) {
        return new ClientSecurity(token, sslContext, newPlaintextToken);
    }

    @Override
    public String toString() {
        return "ClientSecurity[token=" + (token == null ? "none" : "******") + ", sslContext="
                + (sslContext == null ? "the platform's" : "its own") + ", plaintextToken=" + plaintextToken + "]";
    }

    private static boolean isToken(String token) {
        return !token.isEmpty() && token.length() <= MAX_LENGTH && token.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
