package io.muster.benchmarks.calls;

import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** One instance of the service, on Tomcat, with nothing set that its registry does not set. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({WorkController.class, Moments.class, Moments.Drained.class})
class InstanceApplication {
    static void start(List<String> properties) {
        SpringApplication application = new SpringApplication(InstanceApplication.class);
        application.setWebApplicationType(WebApplicationType.SERVLET);
        application.setDefaultProperties(Map.of(
                "spring.application.name",
                Calls.SERVICE,
                "spring.main.banner-mode",
                "off",
                "spring.jmx.enabled",
                "false"));
        application.run(properties.toArray(String[]::new));
    }
}
