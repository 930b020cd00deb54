package io.muster.stacks.gateway;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.RouteMetadataUtils;
import org.springframework.context.annotation.Bean;
import reactor.core.publisher.Mono;

/** The gateway's routes; each takes the first part of the path off. */
@TestConfiguration(proxyBeanMethods = false)
class GatewayRoutes {
    @Bean
    RouteLocator routes(RouteLocatorBuilder builder) {
        return builder.routes()
                .route(route -> route.path("/stock/**")
                        .filters(filters -> filters.stripPrefix(1))
                        .uri("lb://stock"))
                .route(route -> route.path("/hasty/**")
                        .filters(filters -> filters.stripPrefix(1))
                        .metadata(RouteMetadataUtils.RESPONSE_TIMEOUT_ATTR, 200)
                        .uri("lb://stock"))
                .route(route -> route.path("/stubborn/**")
                        .filters(filters -> filters.stripPrefix(1).retry(2))
                        .uri("lb://stock"))
                .route(route -> route.path("/rewritten/**")
                        .filters(filters -> filters.stripPrefix(1)
                                .modifyResponseBody(
                                        String.class, String.class, (exchange, body) -> Mono.just("<" + body + ">")))
                        .uri("lb://stock"))
                .route(route -> route.path("/sockets/**")
                        .filters(filters -> filters.stripPrefix(1))
                        .uri("lb:ws://stock"))
                .route(route -> route.path("/fleet/**")
                        .filters(filters -> filters.stripPrefix(1))
                        .uri("lb://fleet"))
                .route(route -> route.path("/nobody/**")
                        .filters(filters -> filters.stripPrefix(1))
                        .uri("lb://nobody"))
                .build();
    }
}
