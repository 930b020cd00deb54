package io.muster.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys of a server and a client who trust each other, made by the JDK's {@code keytool} for one test run. */
public final class TestKeys {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    /** Makes them in a folder. */
    public TestKeys(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        for (String who : List.of("server", "client")) {
            keytool(
                    "-genkeypair",
                    "-alias",
                    who,
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-validity",
                    "2",
                    "-dname",
                    "CN=" + who,
                    "-ext",
                    "san=ip:127.0.0.1,dns:localhost",
                    "-keystore",
                    store(who));
            keytool("-exportcert", "-rfc", "-alias", who, "-keystore", store(who), "-file", path(who + ".crt"));
        }
        keytool(
                "-importcert",
                "-noprompt",
                "-alias",
                "client",
                "-file",
                path("client.crt"),
                "-keystore",
                store("server-trust"));
        keytool(
                "-importcert",
                "-noprompt",
                "-alias",
                "server",
                "-file",
                path("server.crt"),
                "-keystore",
                store("client-trust"));
    }

    /** The properties of an SSL bundle of that name, {@code server} or {@code client}. */
    public List<String> bundle(String who) {
        String bundle = "spring.ssl.bundle.jks." + who + ".";
        List<String> properties = new ArrayList<>();
        for (String store : List.of("keystore", "truststore")) {
            String file = store.equals("keystore") ? who : who + "-trust";
            properties.add(bundle + store + ".location=file:" + store(file));
            properties.add(bundle + store + ".password=" + PASSWORD);
            properties.add(bundle + store + ".type=PKCS12");
        }
        return properties;
    }

    /** What a client without Spring uses; with a key of its own, or only with trust in the server. */
    public SSLContext clientContext(boolean withKey) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load("client-trust"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load("client"), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(withKey ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
        return context;
    }

    private KeyStore load(String name) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private String store(String name) {
        return path(name + ".p12");
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", PASSWORD));
        if (!command.contains("-exportcert")) {
            command.addAll(List.of("-storetype", "PKCS12"));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
    }
}
