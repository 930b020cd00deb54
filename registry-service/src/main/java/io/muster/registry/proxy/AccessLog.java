package io.muster.registry.proxy;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.server.HttpServerRequest;

/** One line for each request that is over. What callers send is escaped, so that nobody writes lines of their own. */
final class AccessLog {
    private static final Logger log = LoggerFactory.getLogger("io.muster.proxy.access");
    private static final int MAX_TARGET = 512;

    private final ProxyProperties.AccessLogFormat format;

    AccessLog(ProxyProperties.AccessLogFormat format) {
        this.format = format;
    }

    /** @param status 0 when the caller went away before its answer */
    void over(
            HttpServerRequest request,
            @Nullable String service,
            @Nullable String instance,
            int status,
            int attempts,
            long nanos) {
        if (format == ProxyProperties.AccessLogFormat.OFF || !log.isInfoEnabled()) {
            return;
        }
        String trace = trace(request.requestHeaders().get("traceparent"));
        String uri = request.uri();
        String target = uri.length() > MAX_TARGET ? uri.substring(0, MAX_TARGET) : uri;
        InetSocketAddress peer = request.remoteAddress();
        String client = peer == null ? "" : peer.getAddress().getHostAddress();
        StringBuilder line = new StringBuilder(160);
        double millis = nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
        if (format == ProxyProperties.AccessLogFormat.SHORT) {
            line.append(client)
                    .append(' ')
                    .append(request.method())
                    .append(' ')
                    .append(target)
                    .append(" -> ")
                    .append(instance == null ? "-" : instance)
                    .append(' ')
                    .append(status)
                    .append(String.format(Locale.ROOT, " %.1f ms", millis));
            if (attempts > 1) {
                line.append(", ").append(attempts).append(" attempts");
            }
            log.info("{}", line);
            return;
        }
        line.append('{');
        field(line, "client", client).append(',');
        field(line, "method", request.method().name()).append(',');
        field(line, "target", target).append(',');
        if (service != null) {
            field(line, "service", service).append(',');
        }
        if (instance != null) {
            field(line, "instance", instance).append(',');
        }
        if (trace != null) {
            field(line, "trace", trace).append(',');
        }
        line.append("\"status\":").append(status).append(",\"attempts\":").append(attempts);
        line.append(String.format(Locale.ROOT, ",\"millis\":%.3f}", millis));
        log.info("{}", line);
    }

    private static StringBuilder field(StringBuilder out, String name, String value) {
        out.append('"').append(name).append("\":");
        JsonText.append(out, value);
        return out;
    }

    /** The trace id of a W3C traceparent: version, trace id, parent id, flags. */
    private static @Nullable String trace(@Nullable String parent) {
        return parent != null && parent.length() >= 55 && parent.charAt(2) == '-' && parent.charAt(35) == '-'
                ? parent.substring(3, 35)
                : null;
    }
}
