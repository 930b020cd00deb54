package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that break RFC 9112, or that two programs could read in two ways: each is refused, and none reaches an instance whole. */
@Timeout(120)
class ProxySmugglingTest {
    private static final String HOST = "Host: localhost\r\n";

    private static final Queue<String> reached = new ConcurrentLinkedQueue<>();
    private static RunningProxy proxy;

    @BeforeAll
    static void start() {
        proxy = RunningProxy.start(
                "muster.server.proxy.limits.max-head=4KB",
                "muster.server.proxy.limits.max-headers=20",
                "muster.server.proxy.limits.max-body=64KB",
                "muster.server.proxy.timeouts.head=500ms",
                "muster.server.proxy.timeouts.body=500ms");
        proxy.instance(
                "s",
                "s1",
                routes -> routes.route(
                        any -> true,
                        (request, response) -> response.sendString(request.receive()
                                .aggregate()
                                .asString()
                                .defaultIfEmpty("")
                                .map(body -> {
                                    // Only what has come to its end is here.
                                    reached.add(request.method() + " " + request.uri() + " " + body);
                                    return "ok";
                                }))));
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    static Stream<Arguments> refused() {
        List<Arguments> cases = new ArrayList<>();
        // Lengths.
        for (String length : List.of(
                "",
                " ",
                "+5",
                "-5",
                "5 5",
                "5,5",
                "5, 5",
                "0x5",
                "5;",
                "5.0",
                "five",
                "5\t5",
                "\u00b2",
                "5 ,",
                "1e1",
                "05 6",
                "99999999999999999999",
                "18446744073709551617",
                "9223372036854775808",
                "\"5\"",
                "5\0",
                "--5",
                "_5",
                "5_0")) {
            add(cases, 400, "POST /s/ HTTP/1.1\r\n" + HOST + "Content-Length: " + length + "\r\n\r\nhello");
        }
        add(cases, 400, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"));
        add(cases, 400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"));
        add(cases, 400, post("Content-Length: 5\r\ncontent-length: 5\r\n", "hello"));
        add(cases, 400, post("Content-Length: 0\r\nContent-Length: 44\r\n", "GET /s/smuggled HTTP/1.1\r\n\r\n"));
        add(cases, 400, post("Content-Length : 5\r\n", "hello"));
        add(cases, 400, post("Content-Length\t: 5\r\n", "hello"));
        add(cases, 400, post("Content-Length\u000b: 5\r\n", "hello"));
        add(cases, 400, post(" Content-Length: 5\r\n", "hello"));
        add(cases, 400, post("\tContent-Length: 5\r\n", "hello"));
        add(cases, 400, post("Content_Length: 5\r\n", "hello"));
        add(cases, 400, post("Transfer_Encoding: chunked\r\n", "0\r\n\r\n"));
        // Codings.
        add(cases, 400, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"));
        for (String coding : List.of(
                "identity",
                "xchunked",
                "chunkedx",
                "chunked, chunked",
                "chunked, identity",
                ",chunked",
                "chunked,",
                "\u000bchunked",
                "chunked\u000b",
                "\"chunked\"",
                "'chunked'",
                "chunked;q=1",
                "chu nked",
                "",
                "chunked\0",
                "cow",
                "chunked, gzip",
                "\u0000chunked",
                "chunk\u0131d",
                "gzip;chunked",
                "chunked \u00a0",
                "deflate")) {
            add(cases, 400, post("Transfer-Encoding: " + coding + "\r\n", "0\r\n\r\n"));
        }
        add(cases, 501, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding:\r\n\tchunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("Transfer-Encoding\u0000: chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, post("X: y\r\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
        add(cases, 400, "POST /s/ HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        // Chunks.
        for (String chunks : List.of(
                "x\r\n",
                "-1\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                "5\nhello\n0\n\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhelloX\r\n0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhello\r0\r\n\r\n",
                "\r\n5\r\nhello\r\n0\r\n\r\n",
                "fffffffffffffffff\r\nhello",
                "8000000000000000\r\n",
                "10000000000000005\r\nhello\r\n0\r\n\r\n",
                "5;a\nb\r\nhello\r\n0\r\n\r\n",
                "5;\0\r\nhello\r\n0\r\n\r\n",
                "5;a\rb\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n0\nX: y\r\n\r\n",
                "5\r\nhello\r\n0\r\nX y\r\n\r\n",
                "5\r\nhello\r\n0\r\n: y\r\n\r\n",
                "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
                "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "5\r\nhello\r\n0\r\nHost: evil\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: y\n\r\n",
                "5\r\nhello\r\n0\r\n X: y\r\n\r\n",
                "5\r\nhello\r\n0\r\nX : y\r\n\r\n",
                "5\r\nhello\r\n0\r\n\rX",
                ";a\r\nhello\r\n0\r\n\r\n",
                "g\r\n",
                "5\r\nhello\r\n0\r\nAuthorization: x\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: \0\r\n\r\n",
                "5,5\r\nhello\r\n0\r\n\r\n",
                "5\t\r\nhello\r\n0\r\n\r\n",
                "5\r\n\r\nhello\r\n0\r\n\r\n",
                "0\r\nX: y\rZ\r\n\r\n",
                "0\r\n\n")) {
            add(cases, 400, post("Transfer-Encoding: chunked\r\n", chunks));
        }
        add(cases, 400, post("Transfer-Encoding: chunked\r\n", "5;" + "a".repeat(300) + "\r\nhello\r\n0\r\n\r\n"));
        add(cases, 431, post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + "a".repeat(5000) + "\r\n\r\n"));
        add(cases, 413, post("Transfer-Encoding: chunked\r\n", "fffff\r\n"));
        add(cases, 413, post("Content-Length: 65537\r\n", ""));
        // Hosts.
        add(cases, 400, "GET /s/ HTTP/1.1\r\n\r\n");
        add(cases, 400, "GET /s/ HTTP/1.1\r\n" + HOST + HOST + "\r\n");
        for (String host : List.of(
                "",
                "a b",
                "a/b",
                "a@b",
                "a?b",
                "a#b",
                "localhost:x",
                "localhost:123456",
                "localhost:80:80",
                "[::1",
                "::1]",
                "[x]",
                "loc\u00e4l",
                "a\tb",
                "[::1]x",
                ":80",
                "<a>",
                "a\\b",
                "localhost:-1")) {
            int status = 400;
            add(cases, status, "GET /s/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        }
        add(cases, 400, "GET http://other/s/ HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 400, "GET http://user@localhost/s/ HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 400, "GET https://localhost/s/ HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 400, "GET localhost/s/ HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 400, "GET * HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 400, "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 501, "CONNECT localhost:80 HTTP/1.1\r\n" + HOST + "\r\n");
        add(cases, 405, "TRACE /s/ HTTP/1.1\r\n" + HOST + "\r\n");
        // Request lines.
        for (String line : List.of(
                "GET /s/",
                "GET  /s/ HTTP/1.1",
                "GET /s/  HTTP/1.1",
                "GET /s/ HTTP/1.1 ",
                "GET\t/s/\tHTTP/1.1",
                " GET /s/ HTTP/1.1",
                "GET /s/ HTTP/1.1x",
                "GET /s/ http/1.1",
                "GET /s/ HTTP/11",
                "GET /s/ HTTP/1.",
                "GET /s/ HTTP/.1",
                "GET /s/ HTTP 1.1",
                "GET /s/ XTTP/1.1",
                "GET /s/#f HTTP/1.1",
                "GET /s/<x> HTTP/1.1",
                "GET /s/\\x HTTP/1.1",
                "GET /s/% HTTP/1.1",
                "GET /s/%2 HTTP/1.1",
                "GET /s/%zz HTTP/1.1",
                "GET /s/\0 HTTP/1.1",
                "GET /s/\u007f HTTP/1.1",
                "GET /s/\u00e4 HTTP/1.1",
                "G(T /s/ HTTP/1.1",
                "G\0T /s/ HTTP/1.1",
                "GET:/s/ HTTP/1.1",
                "/s/ HTTP/1.1",
                "GET /s/\" HTTP/1.1",
                "GET /s/ x HTTP/1.1",
                "GET /s/ HTTP/1.1\r",
                "GET",
                "",
                "GET s/ HTTP/1.1",
                "A".repeat(33) + " /s/ HTTP/1.1",
                "GET /s/\u000b HTTP/1.1",
                "GET /s/ HTTP/1.1\u000b",
                "{} /s/ HTTP/1.1")) {
            add(cases, 400, line + "\r\n" + HOST + "\r\n");
        }
        for (String version : List.of("HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0", "HTTP/1.9")) {
            add(cases, 505, "GET /s/ " + version + "\r\n" + HOST + "\r\n");
        }
        add(cases, 400, "GET /s/ HTTP/1.1\n" + HOST + "\r\n");
        add(cases, 400, "GET /s/ HTTP/1.1\r\nHost: localhost\n\r\n");
        add(cases, 400, "GET /s/ HTTP/1.1\r\nHost: localhost\r\n\n");
        add(cases, 400, "GET /s/ HTTP/1.1\n\n");
        add(cases, 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        add(cases, 400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n");
        // Fields.
        for (String field : List.of(
                "X",
                ": y",
                "X Y: z",
                "X\t: z",
                "X: a\0b",
                "X: a\u0001",
                "X: a\u007f",
                "X: a\rb",
                "X(: y",
                "X\u00e4: y",
                "X/: y",
                "X@: y",
                "X[: y",
                "X\\: y",
                "\"X\": y",
                "X: y\r\n folded",
                "X: y\r\n\tfolded",
                "=: y ;\0",
                "X: \u001b[31m",
                "{}: y")) {
            add(cases, 400, "GET /s/ HTTP/1.1\r\n" + HOST + field + "\r\n\r\n");
            add(cases, 400, "GET /s/ HTTP/1.1\r\n" + field + "\r\n" + HOST + "\r\n");
        }
        add(cases, 400, "GET /s/ HTTP/1.1\r\n X: folded\r\n" + HOST + "\r\n");
        add(cases, 417, "POST /s/ HTTP/1.1\r\n" + HOST + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n");
        add(cases, 431, "GET /s/ HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(5000) + "\r\n\r\n");
        add(cases, 431, "GET /s/ HTTP/1.1\r\n" + HOST + "X: y\r\n".repeat(20) + "\r\n");
        add(cases, 414, "GET /s/" + "a".repeat(5000) + " HTTP/1.1\r\n" + HOST + "\r\n");
        // What does not come.
        add(cases, 408, "GET /s/ HTTP/1.1\r\nHos");
        add(cases, 408, "G");
        add(cases, 408, post("Content-Length: 10\r\n", "hello"));
        add(cases, 408, post("Transfer-Encoding: chunked\r\n", "5\r\nhel"));
        add(cases, 408, post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n"));
        return cases.stream();
    }

    private static void add(List<Arguments> cases, int status, String request) {
        cases.add(Arguments.of(status, request));
    }

    private static String post(String headers, String body) {
        return "POST /s/ HTTP/1.1\r\n" + HOST + headers + "\r\n" + body;
    }

    @ParameterizedTest(name = "{index}: {0}")
    @MethodSource("refused")
    void isRefused(int status, String request) throws IOException {
        reached.clear();
        // What a smuggler would want to be taken for a request of its own follows.
        String smuggled = status == 408 ? "" : "GET /s/smuggled HTTP/1.1\r\n" + HOST + "\r\n";
        String answer = proxy.raw(request + smuggled);

        assertThat(answer).as(printable(request)).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.split("HTTP/1\\.1 [0-9]{3} ", -1)).as(answer).hasSize(2);
        assertThat(answer).containsIgnoringCase("content-type: application/problem+json");
        assertThat(reached).isEmpty();
    }

    @ParameterizedTest(name = "{index}: {0}")
    @MethodSource("refused")
    void isRefusedOctetByOctetBehindAGoodOne(int status, String request) throws IOException {
        reached.clear();
        byte[] bad = request.getBytes(StandardCharsets.ISO_8859_1);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /s/good HTTP/1.1\r\n" + HOST + "Content-Length: 2\r\n\r\nab")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < bad.length; i++) {
                // Long ones in two halves; the others as slowly as it gets.
                int length = bad.length > 1000 ? bad.length / 2 + 1 : 1;
                try {
                    out.write(bad, i, Math.min(length, bad.length - i));
                } catch (java.net.SocketException e) {
                    break;
                }
                i += length - 1;
            }
            String answers = RunningProxy.readAll(socket.getInputStream());

            assertThat(answers).startsWith("HTTP/1.1 200 ");
            int second = answers.indexOf("HTTP/1.1 " + status, 5);
            assertThat(second).as(answers).isPositive();
            assertThat(answers.substring(second)).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answers.indexOf("\r\nHTTP/1.1 ", second + 5)).isNegative();
        }
        assertThat(reached).containsExactly("POST /good ab");
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("GET /s/ok HTTP/1.1\r\nHost: localhost\r\n", "", "GET /ok "),
                Arguments.of("\r\nGET /s/ok HTTP/1.1\r\nHost: localhost\r\n", "", "GET /ok "),
                Arguments.of("GET /s/ok HTTP/1.1\r\nhOsT:localhost\r\nX-Empty:\r\n", "", "GET /ok "),
                Arguments.of(
                        "POST /s/ok HTTP/1.1\r\nHost: localhost\r\nContent-Length:\t5 \r\n", "hello", "POST /ok hello"),
                Arguments.of(
                        "POST /s/ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 00005\r\n",
                        "hello",
                        "POST /ok hello"),
                Arguments.of(
                        "POST /s/ok HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n",
                        "5\r\nhello\r\n0;last\r\n\r\n",
                        "POST /ok hello"),
                Arguments.of(
                        "POST /s/ok HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n",
                        "005;a=b;c=\"d\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
                        "POST /ok hello0123456789"),
                Arguments.of("GET /s/ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n", "abc", "GET /ok abc"),
                Arguments.of(
                        "DELETE /s/ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n", "abc", "DELETE /ok abc"),
                Arguments.of(
                        "PURGE /s/ok HTTP/1.1\r\nHost: localhost\r\nX-\u00fc: y\r\n".replace("-\u00fc", ""),
                        "",
                        "PURGE /ok "),
                Arguments.of("GET /s/ok HTTP/1.1\r\nHost: [::1]:7080\r\nX: \u00e4\r\n", "", "GET /ok "),
                Arguments.of("PUT /s/ok HTTP/1.1\r\nHost: localhost\r\n", "", "PUT /ok "));
    }

    @ParameterizedTest(name = "{index}: {2}")
    @MethodSource("accepted")
    void whatTheRulesAllowPasses(String head, String body, String arrives) throws IOException {
        reached.clear();
        String answer = proxy.raw(head + "Connection: close\r\n\r\n" + body);

        assertThat(answer).as(printable(head)).startsWith("HTTP/1.1 200 ");
        assertThat(reached).containsExactly(arrives);
    }

    @Test
    void continuationIsAskedForWhenTheBodyIsWanted() throws IOException {
        reached.clear();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /s/wait HTTP/1.1\r\n" + HOST
                            + "Expect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n".length());
            assertThat(new String(interim, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue\r\n");
            out.write("hello".getBytes(StandardCharsets.US_ASCII));
            assertThat(RunningProxy.readAll(socket.getInputStream())).contains("HTTP/1.1 200 ");
        }
        assertThat(reached).containsExactly("POST /wait hello");
    }

    @Test
    void aBodyThatIsNotWantedIsNotAskedFor() throws IOException {
        assertThat(proxy.raw("POST /nobody/ HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
    }

    @Test
    void quietConnectionsAreClosedAndOthersGoOn() throws IOException {
        try (RunningProxy quick = RunningProxy.start("muster.server.proxy.timeouts.idle=300ms")) {
            quick.instance("s", "s1", ProxyRoutingTest::echo);
            List<Socket> idle = new ArrayList<>();
            IntStream.range(0, 50).forEach(i -> idle.add(open(quick.port())));
            assertThat(quick.get("/s/x").statusCode()).isEqualTo(200);
            for (Socket socket : idle) {
                InputStream in = socket.getInputStream();
                await().until(() -> in.read() < 0);
                socket.close();
            }
        }
    }

    private static Socket open(int port) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(20_000);
            return socket;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.substring(0, Math.min(text.length(), 300)).toCharArray()) {
            out.append(c >= ' ' && c < 127 ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return out.toString();
    }
}
