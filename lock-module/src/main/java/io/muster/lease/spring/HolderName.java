package io.muster.lease.spring;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a process calls itself unless it is told: it tells people which one it is, and two processes never say the same. */
final class HolderName {
    private static final int LONGEST_PART = 80;

    private HolderName() {}

    /** As in {@code billing@host-7-4f1c22ab}. */
    static String of(@Nullable String application, UnaryOperator<@Nullable String> environment) {
        String host = Optional.ofNullable(environment.apply("HOSTNAME"))
                .or(() -> Optional.ofNullable(environment.apply("COMPUTERNAME")))
                .orElseGet(HolderName::localHost);
        String random = UUID.randomUUID().toString().substring(0, 8);
        return part(application, "application") + "@" + part(host, "localhost") + "-" + random;
    }

    private static String localHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    private static String part(@Nullable String value, String otherwise) {
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        String printable = value.strip().replaceAll("[^\\p{Graph}\\p{L}]", "-");
        return printable.substring(0, Math.min(printable.length(), LONGEST_PART));
    }
}
