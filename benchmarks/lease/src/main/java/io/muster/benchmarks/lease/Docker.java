package io.muster.benchmarks.lease;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The Docker engine, by its command line. Containers carry the process that started them, and end with it. */
final class Docker {
    private static final String OWNER = "io.muster.bench.pid";
    private static final long LIMIT_SECONDS = 180;

    private Docker() {}

    /** Whether an engine answers. */
    static boolean answers() throws InterruptedException {
        try {
            return !run(List.of("version", "--format", "{{.Server.Version}}")).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Starts a container that publishes a port on the loopback and ends with this JVM.
     *
     * @return the published port
     */
    static int start(String image, int port, Map<String, String> environment) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("run", "--detach", "--rm", "--label"));
        command.add(OWNER + "=" + ProcessHandle.current().pid());
        command.addAll(List.of("--publish", Address.HOST + "::" + port));
        environment.forEach((key, value) -> command.addAll(List.of("--env", key + "=" + value)));
        command.add(image);
        String container = run(command);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(container), "end of " + image));
        String published = run(List.of("port", container, port + "/tcp"));
        return Integer.parseInt(
                published.lines().findFirst().orElse("").replaceFirst(".*:", "").strip());
    }

    /** Removes containers whose process is gone: it was killed before it could do so. */
    static void removeOrphans() throws IOException, InterruptedException {
        String format = "{{.ID}} {{.Label \"" + OWNER + "\"}}";
        String list = run(List.of("ps", "--all", "--filter", "label=" + OWNER, "--format", format));
        for (String line : list.lines().toList()) {
            int space = line.indexOf(' ');
            long owner = Long.parseLong(line.substring(space + 1));
            if (ProcessHandle.of(owner).isEmpty()) {
                remove(line.substring(0, space));
            }
        }
    }

    private static void remove(String container) {
        try {
            String unused = run(List.of("rm", "--force", "--volumes", container));
        } catch (IOException e) {
            System.err.println("Container " + container + " is left behind: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String run(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("docker " + arguments.get(0) + " failed: " + output);
        }
        return output;
    }
}
