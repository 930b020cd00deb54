package io.muster.client.spring;

import io.muster.api.InvalidFieldException;
import io.muster.client.ClientConfig;
import io.muster.client.ClientSecurity;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;

/**
 * How this application proves to the registry who it is, and learns that it speaks with the registry.
 *
 * @param token The token that the registry knows this application by. Keep it out of files that others read: an environment
 *     variable or a secret of the platform is the place for it.
 * @param ssl Trust and key for the connections to the registry.
 * @param allowPlaintextToken Whether the token may be sent unencrypted to another machine, where whoever sees it can use it.
 */
@ConfigurationProperties("muster.registry")
public record RegistrySecurityProperties(
        @Nullable String token,
        @DefaultValue Ssl ssl,
        @DefaultValue("false") boolean allowPlaintextToken) {
    /**
     * Trust and key for the connections to the registry.
     *
     * @param bundle The name of the SSL bundle ('spring.ssl.bundle.*') with the registry's certificate authority, and with
     *     this application's own key where the registry asks for one. The platform's trust by default.
     */
    public record Ssl(@Nullable String bundle) {}

    /** Without the token. */
    @Override
    public String toString() {
        return "RegistrySecurityProperties[token=" + (isSet(token) ? "******" : "none") + ", ssl=" + ssl
                + ", allowPlaintextToken=" + allowPlaintextToken + "]";
    }

    /** @throws InvalidFieldException when a property breaks its rule; it names the property, and never shows the token */
    ClientConfig addTo(ClientConfig config, SslBundles bundles) {
        try {
            ClientSecurity security =
                    ClientSecurity.NONE.withToken(isSet(token) ? token : null).withPlaintextToken(allowPlaintextToken);
            if (isSet(ssl.bundle())) {
                security =
                        security.withSslContext(bundles.getBundle(ssl.bundle()).createSslContext());
            }
            return config.withSecurity(security);
        } catch (InvalidFieldException e) {
            boolean plain = e.field().equals("registryUrls");
            String rule = plain
                    ? "https, or on loopback, while muster.registry.token is set and"
                            + " muster.registry.allow-plaintext-token is not,"
                    : e.rule();
            throw new InvalidFieldException("muster.registry." + (plain ? "urls" : e.field()), rule, e.value());
        } catch (NoSuchSslBundleException e) {
            throw new InvalidFieldException(
                    "muster.registry.ssl.bundle", "the name of an SSL bundle", String.valueOf(ssl.bundle()));
        }
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
