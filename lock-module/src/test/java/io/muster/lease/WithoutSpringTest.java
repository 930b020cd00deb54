package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.store.InMemoryLeaseStore;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A real process with this module and SLF4J on its class path, and nothing else. */
class WithoutSpringTest {
    @Test
    void theCoreWorks() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith("classes") || entry.contains("slf4j-api"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ended").isTrue();
            assertThat(output).contains("no Spring", "token");
        } finally {
            process.destroyForcibly();
        }
    }

    /** The process. */
    static final class Program {
        public static void main(String[] arguments) throws Exception {
            try {
                Class<?> spring = Class.forName("org.springframework.context.ApplicationContext");
                System.out.println(spring);
            } catch (ClassNotFoundException e) {
                System.out.println("no Spring");
            }
            try (Leases leases = Leases.open(new InMemoryLeaseStore(), LeaseSettings.defaults("test"))) {
                long token = leases.call(
                                LeaseRequest.of("a"),
                                () -> LeaseContext.current().fencingToken())
                        .orElseThrow();
                System.out.println("token " + token);
            }
        }
    }
}
