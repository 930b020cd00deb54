package io.muster.stacks.openfeign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import feign.FeignException;
import feign.Response;
import feign.RetryableException;
import io.muster.client.InstanceRegistration;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestFleet;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.TestTraffic;
import io.muster.client.spring.loadbalancer.ServiceBalancers;
import io.muster.lb.Outcome;
import io.muster.stacks.openfeign.Caller.FixedClient;
import io.muster.stacks.openfeign.Caller.FleetClient;
import io.muster.stacks.openfeign.Caller.HastyStockClient;
import io.muster.stacks.openfeign.Caller.NobodyClient;
import io.muster.stacks.openfeign.Caller.StockClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(300)
class FeignTest {
    private static FeignStack stack;

    @BeforeAll
    static void startAll() {
        stack = FeignStack.start();
    }

    @AfterAll
    static void stopAll() {
        stack.close();
    }

    @AfterEach
    void releaseAll() {
        for (CountDownLatch latch = Stock.held.poll(); latch != null; latch = Stock.held.poll()) {
            latch.countDown();
        }
    }

    @Test
    void spreadsRequestsAndKnowsHowTheyWent() {
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            answers.add(client.who());
        }

        assertThat(answers).containsExactly("one", "two");
        traffic.awaitOnly(Outcome.SUCCESS, 20);
        assertThat(traffic.endpoints()).hasSize(2).allSatisfy(endpoint -> {
            assertThat(endpoint.statistics().successes()).isGreaterThanOrEqualTo(10);
            assertThat(endpoint.statistics().latencyNanos()).isPositive();
            assertThat(endpoint.statistics().expectedInFlight()).isNotNegative();
        });
    }

    @Test
    void countsARequestAsUnderWayUntilItsAnswer() {
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        CompletableFuture<String> call = CompletableFuture.supplyAsync(client::slow);
        CountDownLatch latch = awaitHeld();
        assertThat(traffic.inFlight()).isEqualTo(1);
        latch.countDown();

        assertThat(call).succeedsWithin(60, TimeUnit.SECONDS);
        traffic.awaitOnly(Outcome.SUCCESS, 1);
    }

    @Test
    void endsAStreamAtItsEndAndNotBefore() throws IOException {
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        try (Response response = client.stream();
                BufferedReader reader = reader(response)) {
            assertThat(reader.readLine()).isIn("one", "two");
            assertThat(traffic.inFlight()).isEqualTo(1);
            assertThat(traffic.ended(Outcome.SUCCESS)).isZero();
            awaitHeld().countDown();
            assertThat(reader.readLine()).isEqualTo("rest");
            assertThat(reader.readLine()).isNull();
            traffic.awaitOnly(Outcome.SUCCESS, 1);
        }
        traffic.awaitOnly(Outcome.SUCCESS, 1);
    }

    @Test
    void endsAStreamThatItsReaderCloses() throws IOException {
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        Response response = client.stream();
        assertThat(traffic.inFlight()).isEqualTo(1);
        awaitHeld().countDown();
        response.close();

        traffic.awaitOnly(Outcome.SUCCESS, 1);
    }

    @Test
    void countsAReadTimeoutAndDoesNotTryAgain() {
        HastyStockClient client = stack.client(HastyStockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        assertThatThrownBy(client::slow)
                .isInstanceOf(RetryableException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
        awaitHeld().countDown();

        traffic.awaitOnly(Outcome.TIMEOUT, 1);
    }

    @Test
    void countsAServerError() {
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        assertThatThrownBy(client::error).isInstanceOf(FeignException.InternalServerError.class);

        traffic.awaitOnly(Outcome.SERVER_ERROR, 1);
    }

    @Test
    void countsABodyThatBreaksAsFailure() {
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");

        assertThatThrownBy(client::broken).isInstanceOf(FeignException.class);

        traffic.awaitOnly(Outcome.FAILURE, 1);
    }

    @Test
    void sendsARequestElsewhereThatABusyInstanceDeclines() {
        StockClient client = stack.client(StockClient.class);
        for (int i = 0; i < 20; i++) {
            client.who();
        }
        FixedClient toOne = stack.client(FixedClient.class);
        List<CompletableFuture<String>> others = IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(toOne::slow, command -> new Thread(command).start()))
                .toList();
        TestRegistry.waiting().until(() -> Stock.held.size() == 6);
        TestTraffic traffic = stack.traffic("stock");

        assertThat(List.of(client.who(), client.who())).containsOnly("two");

        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.DECLINED)).isOne();
        assertThat(traffic.ended(Outcome.SUCCESS)).isEqualTo(2);
        releaseAll();
        assertThat(others).allSatisfy(call -> assertThat(call).succeedsWithin(60, TimeUnit.SECONDS));
    }

    @Test
    void answers503WhenThereIsNobody() {
        NobodyClient client = stack.client(NobodyClient.class);

        assertThatThrownBy(client::who)
                .isInstanceOf(FeignException.ServiceUnavailable.class)
                .hasMessageContaining("No instance of service nobody in namespace default");
    }

    @Test
    void choosesByOurBalancerBesideSpringRetry() {
        LoadBalancerClientFactory factory = stack.caller().getBean(LoadBalancerClientFactory.class);

        assertThat(factory.getInstance("stock").getClass().getSimpleName()).isEqualTo("ViewLoadBalancer");
    }

    @Test
    void triesAnotherInstanceWhenOneRefuses() {
        RegistryClient registry = stack.caller().getBean(RegistryClient.class);
        InstanceRegistration dead = stack.fleet().registerDead(stack.caller(), "fleet");
        FleetClient client = stack.client(FleetClient.class);
        TestTraffic traffic = stack.traffic("fleet");
        TestRegistry.waiting()
                .until(() -> registry.view("fleet").up().stream()
                        .anyMatch(instance -> instance.id().equals("dead")));

        for (int i = 0; i < 4; i++) {
            assertThat(client.echo("body " + i)).isEqualTo("body " + i);
        }

        TestRegistry.waiting()
                .untilAsserted(() -> assertThat(traffic.rotation()).isNotEmpty().doesNotContain("dead"));
        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.SUCCESS)).isEqualTo(4);
        assertThat(traffic.ended(Outcome.REFUSED)).isPositive();
        TestRegistry.waiting()
                .until(() -> stack.fleet().registry().instances("fleet").stream()
                        .anyMatch(instance -> instance.reason().contains("refuses connections")));
        dead.close();
    }

    @Test
    void failsNoRequestWhenAnInstanceIsKilled() throws InterruptedException {
        FleetClient client = stack.client(FleetClient.class);
        TestTraffic traffic = stack.traffic("fleet");
        TestRegistry.waiting().until(() -> client.who().equals(TestFleet.DOOMED));

        stack.fleet().killDoomed();
        for (int i = 0; i < 50; i++) {
            assertThat(client.who()).isEqualTo("safe");
        }

        TestRegistry.waiting().until(() -> traffic.rotation().equals(List.of("safe")));
        traffic.awaitIdle();
    }

    @Test
    void sendsADrainingInstanceNothingNewAndFinishesWhatItHas() throws Exception {
        ConfigurableApplicationContext stopping = stack.fleet().startInstance("stock", "stopping");
        StockClient client = stack.client(StockClient.class);
        TestTraffic traffic = stack.traffic("stock");
        TestRegistry.waiting().until(() -> {
            client.who();
            return traffic.rotation().contains("stopping");
        });
        Response response = client.stream();
        BufferedReader held = reader(response);
        CountDownLatch latch = awaitHeld();
        while (!held.readLine().equals("stopping")) {
            latch.countDown();
            response.close();
            response = client.stream();
            held = reader(response);
            latch = awaitHeld();
        }

        CompletableFuture<Void> stop = CompletableFuture.runAsync(stopping::close);
        TestRegistry.waiting().until(() -> !traffic.rotation().contains("stopping"));
        for (int i = 0; i < 30; i++) {
            assertThat(client.who()).isNotEqualTo("stopping");
        }
        latch.countDown();
        assertThat(held.readLine()).isEqualTo("rest");
        response.close();

        assertThat(stop).succeedsWithin(60, TimeUnit.SECONDS);
        traffic.awaitIdle();
    }

    @Test
    void leavesAClientWithAFixedUrlAlone() {
        assertThat(stack.client(FixedClient.class).who()).isEqualTo("one");

        assertThat(stack.caller().getBean(ServiceBalancers.class).reports()).doesNotContainKeys("fixed", "127.0.0.1");
    }

    private static CountDownLatch awaitHeld() {
        TestRegistry.waiting().until(() -> !Stock.held.isEmpty());
        return Objects.requireNonNull(Stock.held.poll());
    }

    private static BufferedReader reader(Response response) throws IOException {
        return new BufferedReader(new InputStreamReader(response.body().asInputStream(), StandardCharsets.UTF_8));
    }
}
