package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PageTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void servesThePageAndTheFiguresOnTheLoopback() throws IOException, InterruptedException {
        Journal journal = new Journal();
        journal.begin(8000, "killed 10", "all know");
        journal.end(Journal.Outcome.KNOWN, 5900);
        Figures figures = Figures.of(List.of(EdgeNode.State.RUNNING, EdgeNode.State.DOWN), List.of(), 3, 9000);
        try (Page page = Page.serve(0, () -> Json.of(figures, journal.entries()))) {
            HttpResponse<String> html = get(page.uri());
            assertThat(html.statusCode()).isEqualTo(200);
            assertThat(html.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
            assertThat(html.body()).contains("fetch(\"figures\")");
            HttpResponse<String> json = get(page.uri().resolve("figures"));
            assertThat(json.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(json.body())
                    .isEqualTo(
                            "{\"at\":9000,\"states\":\"rd\",\"seenBy\":[0, 0],"
                                    + "\"alive\":{\"least\":0,\"median\":0,\"p99\":0,\"most\":0},\"views\":\"\",\"settings\":\"\","
                                    + "\"age\":{\"least\":0,\"median\":0,\"p99\":0,\"most\":0},\"counted\":3,"
                                    + "\"handled\":{\"least\":0,\"median\":0,\"p99\":0,\"most\":0},"
                                    + "\"journal\":[{\"at\":8000,\"what\":\"killed 10\",\"goal\":\"all know\",\"outcome\":\"KNOWN\",\"took\":5900}]}");
            assertThat(get(page.uri().resolve("other")).statusCode()).isEqualTo(404);
            HttpRequest post = HttpRequest.newBuilder(page.uri())
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(405);
            assertThat(page.uri().getHost()).isEqualTo("127.0.0.1");
        }
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
