package io.muster.registry.probe;

import io.muster.registry.health.CheckResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The messages of {@code grpc.health.v1.Health/Check}: a request with one string, an answer with one enum. Framed as gRPC
 * over HTTP/2 does: a byte that says whether it is compressed, four of length, and the message.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">GRPC Health Checking Protocol</a>
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers: Encoding</a>
 */
final class GrpcHealth {
    static final String PATH = "/grpc.health.v1.Health/Check";

    private static final int PREFIX_BYTES = 5;
    private static final byte SERVICE_FIELD = 1 << 3 | 2;
    private static final byte STATUS_FIELD = 1 << 3;
    private static final String[] SERVING_STATUSES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    private static final String[] CODES = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED"
    };

    private GrpcHealth() {}

    /** @param service ASCII, at most 127 characters, so that its length is one byte */
    static byte[] request(String service) {
        byte[] name = service.getBytes(StandardCharsets.US_ASCII);
        int length = name.length == 0 ? 0 : 2 + name.length;
        byte[] framed = new byte[PREFIX_BYTES + length];
        framed[PREFIX_BYTES - 1] = (byte) length;
        if (length > 0) {
            framed[PREFIX_BYTES] = SERVICE_FIELD;
            framed[PREFIX_BYTES + 1] = (byte) name.length;
            System.arraycopy(name, 0, framed, PREFIX_BYTES + 2, name.length);
        }
        return framed;
    }

    /**
     * What an answer says.
     *
     * @param code the header or trailer {@code grpc-status}
     */
    static CheckResult verdict(int httpStatus, @Nullable String code, byte[] framed) {
        if (httpStatus != 200) {
            return CheckResult.failed("HTTP " + httpStatus + " instead of gRPC");
        }
        if (code == null) {
            return CheckResult.failed("an answer without gRPC status");
        }
        if (!code.equals("0")) {
            return CheckResult.failed("gRPC status " + name(code));
        }
        String status = servingStatus(framed);
        return status.equals("SERVING") ? CheckResult.passed() : CheckResult.failed("gRPC " + status);
    }

    /** The default of an enum, zero, is not sent. */
    private static String servingStatus(byte[] framed) {
        if (framed.length == PREFIX_BYTES) {
            return SERVING_STATUSES[0];
        }
        boolean readable = framed.length == PREFIX_BYTES + 2 && framed[0] == 0 && framed[PREFIX_BYTES] == STATUS_FIELD;
        int status = readable ? framed[PREFIX_BYTES + 1] : -1;
        return status >= 0 && status < SERVING_STATUSES.length
                ? SERVING_STATUSES[status]
                : "answer that is no health status";
    }

    private static String name(String code) {
        if (code.length() <= 2 && code.chars().allMatch(c -> c >= '0' && c <= '9') && !code.isEmpty()) {
            int number = Integer.parseInt(code);
            return number < CODES.length ? CODES[number] : code;
        }
        return "that is no number";
    }
}
