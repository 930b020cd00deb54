package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.benchmarks.lease.TcpProxy.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class TcpProxyTest {
    private static final int END = -1;
    private static final int SILENCE_MILLIS = 200;

    private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    private ServerSocket server;
    private TcpProxy proxy;
    private Socket client;

    /** A server that notes each byte and answers the next one. */
    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve);
        thread.setDaemon(true);
        thread.start();
        proxy = TcpProxy.start(server.getLocalPort());
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    @Test
    void whatIsNotCutPassesBothWays() throws Exception {
        assertThat(ask(1)).isEqualTo(2);
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(END);
    }

    @Test
    void aCutToTheStoreHoldsBackTheQuestion() throws Exception {
        assertThat(ask(1)).isEqualTo(2);
        proxy.cut(Way.TO_STORE);
        requireSilence(3);
        assertThat(received).containsExactly(1);
        proxy.heal();
        assertThat(client.getInputStream().read()).isEqualTo(4);
    }

    @Test
    void aCutFromTheStoreHoldsBackTheAnswerAlone() throws Exception {
        assertThat(ask(1)).isEqualTo(2);
        proxy.cut(Way.FROM_STORE);
        requireSilence(3);
        assertThat(received.take()).isEqualTo(1);
        assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo(3);
        proxy.heal();
        assertThat(client.getInputStream().read()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aNewConnectionMeetsSilenceToo(Way way) throws Exception {
        proxy.cut(way);
        try (Socket another = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            client.close();
            client = another;
            requireSilence(5);
            proxy.heal();
            assertThat(another.getInputStream().read()).isEqualTo(6);
        }
    }

    @Test
    void anEndIsHeldBackAsWell() throws Exception {
        assertThat(ask(1)).isEqualTo(2);
        proxy.cut(Way.TO_STORE);
        client.close();
        assertThat(received.take()).isEqualTo(1);
        assertThat(received.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS)).isNull();
        proxy.heal();
        assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo(END);
    }

    private int ask(int question) throws IOException {
        client.getOutputStream().write(question);
        return client.getInputStream().read();
    }

    private void requireSilence(int question) throws IOException {
        client.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(() -> ask(question)).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(0);
    }

    private void serve() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> answer(socket));
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // The end of the test.
        }
    }

    private void answer(Socket accepted) {
        try (Socket socket = accepted) {
            int question = 0;
            while (question != END) {
                question = socket.getInputStream().read();
                received.add(question);
                if (question != END) {
                    socket.getOutputStream().write(question + 1);
                }
            }
        } catch (IOException e) {
            received.add(END);
        }
    }
}
