package io.muster.registry;

import io.muster.registry.backup.BackupCommand;
import io.muster.registry.backup.RestoreCommand;
import io.muster.registry.security.SecurityProperties;
import io.muster.registry.security.TokenCommand;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The registry server. */
@SpringBootApplication
@EnableConfigurationProperties({RegistryProperties.class, ReplicationProperties.class, SecurityProperties.class})
public class RegistryApplication {
    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            Map.entry("spring.application.name", "muster-registry"),
            Map.entry("server.address", "127.0.0.1"),
            Map.entry("server.port", "7070"),
            Map.entry("server.shutdown", "graceful"),
            Map.entry("server.netty.idle-timeout", "60s"),
            Map.entry("muster.server.data-dir", "${user.home}/.muster/registry"),
            // The lock module, where it stands beside the server on a class path, is for services: the server keeps
            // leases.
            Map.entry("muster.lease.enabled", "false"),
            Map.entry("spring.lifecycle.timeout-per-shutdown-phase", "5s"),
            Map.entry("spring.codec.max-in-memory-size", "${muster.server.limits.max-body:256KB}"),
            Map.entry("spring.main.banner-mode", "off"),
            Map.entry("spring.jmx.enabled", "false"),
            // There are none, and each odd path that is looked for among them would be a line in the log.
            Map.entry("spring.web.resources.add-mappings", "false"),
            // It logs, with its trace, each error of a request that is over already: whoever breaks connections would
            // fill disks.
            Map.entry("logging.level.reactor.core.publisher.Operators", "OFF"),
            // Each election and each segment of a log; what operators need, the node says itself.
            Map.entry("logging.level.org.apache.ratis", "WARN"),
            // Each repetition of what is still under way.
            Map.entry("logging.level.org.apache.ratis.grpc.client.GrpcClientRpc", "OFF"),
            Map.entry("logging.level.org.apache.ratis.util.JmxRegister", "OFF"),
            // The same of each probe that finds nobody.
            Map.entry("logging.level.reactor.netty.http.client.HttpClientConnect", "ERROR"),
            Map.entry("management.endpoints.web.exposure.include", "health,info,muster,prometheus"),
            Map.entry("management.endpoint.health.probes.enabled", "true"),
            Map.entry("management.endpoint.health.show-details", "always"),
            Map.entry("management.info.env.enabled", "true"),
            Map.entry("springdoc.api-docs.enabled", "true"),
            Map.entry("springdoc.api-docs.path", "/v3/api-docs"),
            Map.entry("springdoc.default-produces-media-type", "application/json"));

    /** Runs the server until it is told to stop, or the command that the first argument names. */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(TokenCommand.NAME)) {
            System.exit(TokenCommand.run(List.of(args).subList(1, args.length), System.out, System.err));
        }
        if (args.length > 0 && args[0].equals(BackupCommand.NAME)) {
            System.exit(BackupCommand.run(List.of(args).subList(1, args.length), System.out, System.err));
        }
        if (args.length > 0 && args[0].equals(RestoreCommand.NAME)) {
            System.exit(RestoreCommand.run(
                    List.of(args).subList(1, args.length), InstantSource.system(), System.out, System.err));
        }
        builder().run(args);
    }

    /** The server with its defaults, which every property source overrides. */
    public static SpringApplicationBuilder builder() {
        return new SpringApplicationBuilder(RegistryApplication.class)
                .web(WebApplicationType.REACTIVE)
                .properties(DEFAULTS);
    }
}
