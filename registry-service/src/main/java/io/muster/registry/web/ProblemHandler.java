package io.muster.registry.web;

import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import io.muster.api.ProblemException;
import io.muster.api.Text;
import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.engine.SettingsNotKeptException;
import io.muster.registry.replication.MembershipException;
import io.muster.registry.replication.OutcomeUnknownException;
import io.muster.registry.security.Gate;
import io.netty.channel.ChannelException;
import java.util.Objects;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.reactive.error.ErrorWebExceptionHandler;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.MissingRequestValueException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import reactor.core.publisher.Mono;

/** Answers every error as a problem (RFC 9457). */
@Component
@Order(-2)
final class ProblemHandler implements ErrorWebExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);
    static final String RETRY_AFTER_SECONDS = "1";

    /** The engine cannot decide anything now. */
    static final Problem UNAVAILABLE = Problem.of(503, "Unavailable", "the registry cannot do that now");

    /** A majority did not answer in time. */
    static final Problem OUTCOME_UNKNOWN = new Problem(
            "urn:muster:problem:outcome-unknown",
            "Outcome unknown",
            504,
            "no majority confirmed it in time: it may have been done, or may be done later",
            null,
            null);

    /** The request did not arrive in time. */
    static final Problem REQUEST_TIMEOUT = Problem.of(408, "Request timeout", "the request did not arrive in time");

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(error);
        }
        Problem problem = problem(
                exchange.getRequest().getMethod().name(),
                exchange.getRequest().getPath().value(),
                error);
        response.setRawStatusCode(problem.status());
        HttpHeaders headers = response.getHeaders();
        if (error instanceof ResponseStatusException status) {
            headers.addAll(status.getHeaders());
        }
        if (problem.status() == 503) {
            headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (problem.status() == 429) {
            headers.set(HttpHeaders.RETRY_AFTER, Gate.RETRY_AFTER_SECONDS);
        }
        if (problem.status() == 408 || problem.status() == 413) {
            // What remains of the request may still come, and would be taken for the next one.
            headers.set(HttpHeaders.CONNECTION, "close");
        }
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        byte[] body = JsonCodec.server().encode(problem);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    /** What to answer; what is this server's own failure is logged. */
    static Problem problem(String method, String path, Throwable error) {
        Problem problem = problem(error);
        if (problem.status() >= 500 && problem.status() != 503 && problem.status() != 504) {
            log.error("{} {} failed", method, Text.printable(path), error);
        }
        return problem;
    }

    private static Problem problem(Throwable error) {
        if (error instanceof ProblemException e) {
            return e.problem();
        }
        if (error instanceof InvalidFieldException e) {
            return Problem.invalid(e);
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataBufferLimitException) {
                return Gate.bodyTooLarge();
            }
        }
        if (error instanceof MethodNotAllowedException e) {
            String allowed =
                    e.getSupportedMethods().stream().map(Object::toString).collect(Collectors.joining(", "));
            return invalid(405, "Method not allowed", "method", "one of " + allowed, e.getHttpMethod());
        }
        if (error instanceof UnsupportedMediaTypeStatusException e) {
            return invalid(
                    415,
                    "Unsupported media type",
                    HttpHeaders.CONTENT_TYPE,
                    "application/json",
                    String.valueOf(e.getContentType()));
        }
        if (error instanceof MissingRequestValueException e) {
            return invalid(400, "Invalid field", e.getName(), "present", "absent");
        }
        if (error instanceof ServerWebInputException e) {
            String field = e.getMethodParameter() == null
                    ? "body"
                    : Objects.requireNonNullElse(e.getMethodParameter().getParameterName(), "body");
            return new Problem(
                    "urn:muster:problem:invalid-field",
                    "Invalid field",
                    400,
                    Objects.requireNonNullElse(e.getReason(), "the request cannot be read"),
                    field,
                    null);
        }
        if (error instanceof MembershipException e) {
            boolean unknown = e.reason() == MembershipException.Reason.UNKNOWN;
            return Problem.of(
                    unknown ? 404 : 409,
                    unknown ? "Unknown member" : "Members in the way",
                    String.valueOf(e.getMessage()));
        }
        if (error instanceof ResponseStatusException e) {
            return Problem.of(
                    e.getStatusCode().value(),
                    title(e.getStatusCode().value()),
                    "there is nothing to answer this request");
        }
        if (error instanceof ChannelException) {
            return REQUEST_TIMEOUT;
        }
        if (error instanceof EngineUnavailableException e) {
            return Problem.of(503, UNAVAILABLE.title(), String.valueOf(e.getMessage()));
        }
        if (error instanceof OutcomeUnknownException) {
            return OUTCOME_UNKNOWN;
        }
        if (error instanceof SettingsNotKeptException) {
            return new Problem(
                    "urn:muster:problem:settings-not-kept",
                    "Applied, not kept",
                    500,
                    "the setting is in force, but could not be stored: a restart of the registry would forget it; its log says why",
                    null,
                    null);
        }
        return Problem.of(500, "Internal error", "the registry failed; its log says why");
    }

    private static Problem invalid(int status, String title, String field, String rule, String value) {
        InvalidFieldException violation = new InvalidFieldException(field, rule, value);
        return new Problem(
                "urn:muster:problem:invalid-field",
                title,
                status,
                String.valueOf(violation.getMessage()),
                violation.field(),
                violation.value());
    }

    private static String title(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "Error" : known.getReasonPhrase();
    }
}
