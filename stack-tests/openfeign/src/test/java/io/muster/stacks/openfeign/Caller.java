package io.muster.stacks.openfeign;

import feign.Response;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;

/** The application whose Feign clients are tested. */
@TestConfiguration(proxyBeanMethods = false)
@EnableFeignClients(
        clients = {
            Caller.StockClient.class,
            Caller.HastyStockClient.class,
            Caller.FleetClient.class,
            Caller.NobodyClient.class,
            Caller.FixedClient.class
        })
class Caller {
    /** What {@link Stock} does. */
    interface StockCalls {
        @GetMapping("/who")
        String who();

        @PostMapping("/echo")
        String echo(@RequestBody String body);

        @GetMapping("/slow")
        String slow();

        @GetMapping("/error")
        String error();

        @GetMapping("/stream")
        Response stream();

        @GetMapping("/broken")
        String broken();
    }

    @FeignClient(name = "stock")
    interface StockClient extends StockCalls {}

    /** With a short read timeout. */
    @FeignClient(name = "stock", contextId = "hasty")
    interface HastyStockClient extends StockCalls {}

    @FeignClient(name = "fleet")
    interface FleetClient extends StockCalls {}

    @FeignClient(name = "nobody")
    interface NobodyClient extends StockCalls {}

    /** Not balanced. */
    @FeignClient(name = "fixed", url = "${fixed.url}")
    interface FixedClient extends StockCalls {}
}
