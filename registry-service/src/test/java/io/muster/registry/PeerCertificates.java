package io.muster.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys of a cluster's peers and of a stranger who trusts them, made by the JDK's {@code keytool} for one test run. */
final class PeerCertificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    PeerCertificates(Path folder) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder);
        for (String who : List.of("peer", "stranger")) {
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
        }
        keytool("-exportcert", "-rfc", "-alias", "peer", "-keystore", store("peer"), "-file", file("peer.crt"));
        keytool("-importcert", "-noprompt", "-alias", "peer", "-file", file("peer.crt"), "-keystore", store("trust"));
    }

    /** A node's settings with the key of {@code peer} or {@code stranger}. */
    String[] properties(String who) {
        String bundle = "spring.ssl.bundle.jks.peers.";
        return new String[] {
            bundle + "keystore.location=file:" + store(who),
            bundle + "keystore.password=" + PASSWORD,
            bundle + "keystore.type=PKCS12",
            bundle + "truststore.location=file:" + store("trust"),
            bundle + "truststore.password=" + PASSWORD,
            bundle + "truststore.type=PKCS12",
            "muster.server.raft.ssl.bundle=peers"
        };
    }

    /** What a client uses that has the key of {@code peer} or {@code stranger}, or none. */
    SSLContext context(String who) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load("trust"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (!who.isEmpty()) {
            keys.init(load(who), PASSWORD.toCharArray());
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(who.isEmpty() ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
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
        return file(name + ".p12");
    }

    private String file(String name) {
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
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
    }
}
