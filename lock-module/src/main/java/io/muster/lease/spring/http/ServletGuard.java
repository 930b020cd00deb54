package io.muster.lease.spring.http;

import io.muster.lease.FencingContext;
import io.muster.lease.FencingContext.Scope;
import io.muster.lease.http.Admission;
import io.muster.lease.http.FenceGate;
import io.muster.lease.http.FenceProblem;
import io.muster.lease.http.FenceRule;
import io.muster.lease.http.FencingTokenHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Admits requests to endpoints of Spring MVC, lets the handler's thread work for their tokens, and answers 409 when a token turned
 * out too old within the handler's transaction. The last of all interceptors: who may not call at all is refused before.
 */
final class ServletGuard implements AsyncHandlerInterceptor, HandlerExceptionResolver {
    private static final Logger log = LoggerFactory.getLogger(ServletGuard.class);
    private static final String SCOPES = ServletGuard.class.getName() + ".scopes";

    private final EndpointRules rules;
    private final Supplier<FenceGate> gate;
    private final FenceRefusals refusals;
    private final Set<Method> asynchronous = ConcurrentHashMap.newKeySet();

    ServletGuard(EndpointRules rules, Supplier<FenceGate> gate, FenceRefusals refusals) {
        this.rules = rules;
        this.gate = gate;
        this.refusals = refusals;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        List<FenceRule> required = handler instanceof HandlerMethod method ? rules.of(method) : List.of();
        if (required.isEmpty()) {
            return true;
        }
        List<String> header = Collections.list(request.getHeaders(FencingTokenHeader.NAME));
        Admission admission = gate.get().admit(header, required);
        if (admission instanceof Admission.Refused refused) {
            answer(response, refused.problem());
            return false;
        }
        // One request can be forwarded from endpoint to endpoint, on one thread.
        scopes(request).push(FencingContext.enter(((Admission.Admitted) admission).tokens()));
        return true;
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        leave(request, handler);
    }

    /** The thread goes on to other requests, and this one comes back to be checked again. */
    @Override
    public void afterConcurrentHandlingStarted(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        leave(request, handler);
        // Its declared result did not tell.
        if (handler instanceof HandlerMethod method
                && !rules.of(method).isEmpty()
                && asynchronous.add(method.getMethod())) {
            log.warn(
                    "{} goes on after it has returned, and what it writes then is not checked: return when the work is done",
                    method.getShortLogMessage());
        }
    }

    private void leave(HttpServletRequest request, Object handler) {
        if (handler instanceof HandlerMethod method && !rules.of(method).isEmpty()) {
            scopes(request).pop().close();
        }
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        Optional<FenceProblem> problem = StaleTokens.problem(failure, FencingContext.tokens());
        if (problem.isEmpty() || response.isCommitted()) {
            return null;
        }
        try {
            // Not reset(), which would drop what filters have set.
            response.resetBuffer();
            answer(response, problem.get());
            return new ModelAndView();
        } catch (IOException | IllegalStateException e) {
            failure.addSuppressed(e);
            return null;
        }
    }

    private void answer(HttpServletResponse response, FenceProblem problem) throws IOException {
        refusals.count(problem);
        response.setStatus(problem.status());
        response.setContentType(FenceProblem.MEDIA_TYPE);
        if (problem.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setIntHeader(HttpHeaders.RETRY_AFTER, FenceProblem.RETRY_AFTER_SECONDS);
        }
        byte[] body = problem.json().getBytes(StandardCharsets.US_ASCII);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    @SuppressWarnings("unchecked") // nobody else knows the attribute
    private static Deque<Scope> scopes(HttpServletRequest request) {
        Deque<Scope> scopes = (Deque<Scope>) request.getAttribute(SCOPES);
        if (scopes == null) {
            scopes = new ArrayDeque<>();
            request.setAttribute(SCOPES, scopes);
        }
        return scopes;
    }
}
