package io.muster.registry;

import io.muster.registry.web.GateRoute;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * Puts gate and bounds in front of the actuator's own server, where it has one: that has a context of its own, which takes
 * neither routes nor customizers from the registry's.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class ManagementServerGuard {
    /**
     * The registry's own context, which finds this class by scanning, has the gate in its routes already; another application
     * that has this jar on its class path has none.
     */
    @Bean
    @ConditionalOnBean(ServerGuard.class)
    @ConditionalOnMissingBean(value = GateRoute.class, search = SearchStrategy.CURRENT)
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> managementServerCustomizer(
            ServerGuard guard, GateRoute gate) {
        return factory -> {
            guard.customize(factory);
            factory.addRouteProviders(gate);
        };
    }
}
