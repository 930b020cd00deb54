package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTlsTest {
    private static final int READ_MILLIS = 60_000;
    private static final String BODY = """
            {"process":"p1","host":"127.0.0.1","port":8080,"status":"UP"}""";

    @TempDir
    Path directory;

    @Test
    void peersKnowEachOtherByTheirCertificatesAndNobodyElse()
            throws IOException, InterruptedException, GeneralSecurityException {
        PeerCertificates certificates = new PeerCertificates(directory.resolve("keys"));
        try (RegistryCluster cluster = new RegistryCluster(directory, certificates.properties("peer"))) {
            for (String id : new String[] {"n0", "n1", "n2"}) {
                HttpResponse<String> answer =
                        cluster.node(id).call("PUT", "/v1/services/orders/instances/a-" + id, BODY);
                assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
            }

            int port = cluster.port("n0");
            assertThat(answers(certificates.context("peer"), port)).isTrue();
            assertThatThrownBy(() -> answers(certificates.context("stranger"), port))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> answers(certificates.context(""), port)).isInstanceOf(IOException.class);

            cluster.join(certificates.properties("stranger"));
            assertThat(cluster.add("n0", "n3").statusCode())
                    .as("a stranger's certificate")
                    .isEqualTo(503);
            cluster.stop("n3");
            cluster.join();
            assertThat(cluster.add("n0", "n3").statusCode()).as("no TLS").isEqualTo(503);
            cluster.stop("n3");
            cluster.join(certificates.properties("peer"));
            HttpResponse<String> added = cluster.add("n0", "n3");
            assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
        }
    }

    /** Whether a node says anything to whoever shows this certificate: HTTP/2 servers speak first. */
    private static boolean answers(SSLContext context, int port) throws IOException {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(READ_MILLIS);
            socket.startHandshake();
            return socket.getInputStream().read() >= 0;
        }
    }

    @Test
    void anOpenNetworkNeedsCertificatesOrThatItIsSaidAloud() {
        assertThatThrownBy(() -> RunningRegistry.start(
                        "muster.server.engine=raft",
                        "muster.server.raft.id=n0",
                        "muster.server.raft.peers=n0=127.0.0.1:7071",
                        "muster.server.raft.bind-address=0.0.0.0"))
                .hasStackTraceContaining("muster.server.raft.ssl.bundle is set");
        assertThatThrownBy(() -> RunningRegistry.start(
                        "muster.server.engine=raft",
                        "muster.server.raft.id=n0",
                        "muster.server.raft.peers=n0=127.0.0.1:7071",
                        "muster.server.data-dir=" + directory,
                        "muster.server.raft.bind-address=0.0.0.0",
                        "muster.server.raft.ssl.bundle=missing"))
                .hasStackTraceContaining("missing");
    }
}
