package io.muster.client.spring.registration;

import io.muster.api.Headers;
import io.muster.api.Identity;
import io.muster.api.LoadLimit;
import io.muster.api.LoadReport;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers the registry when it asks who this process is. Answers of a draining instance are the last ones of their
 * connection, so that no request is sent on it while it closes. Answers to those who ask for it say how busy the application is; who set a limit to that
 * is declined above it.
 */
final class InstanceFilter extends OncePerRequestFilter {
    /** Bytes; callers send longer bodies only where they will not be declined. */
    private static final int SHORT_BODY = 16 * 1024;

    private final LocalInstance instance;
    private final ServerLoad load;
    private final Admission admission;

    InstanceFilter(LocalInstance instance, ServerLoad load) {
        this.instance = instance;
        this.load = load;
        this.admission = new Admission(instance, load);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (instance.isDraining()) {
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
        if (request.getMethod().equals("GET") && request.getRequestURI().equals(Identity.PATH)) {
            Optional<byte[]> identity = instance.identity();
            response.setStatus(identity.isPresent() ? 200 : 404);
            if (identity.isPresent()) {
                response.setContentType(MediaType.APPLICATION_JSON_VALUE);
                response.getOutputStream().write(identity.get());
            }
            return;
        }
        String asked = request.getHeader(Headers.LOAD);
        LoadReport declined = admission.startedOrDeclined(asked);
        if (declined != null) {
            decline(request, response, declined);
            return;
        }
        if (asked == null) {
            count(request, response, chain);
            return;
        }
        LoadReportingResponse reporting = new LoadReportingResponse(response, load);
        count(request, reporting, chain);
        if (!request.isAsyncStarted()) {
            reporting.tell();
        }
    }

    private static void decline(HttpServletRequest request, HttpServletResponse response, LoadReport declined)
            throws IOException {
        if (request.getContentLengthLong() <= SHORT_BODY) {
            // Over HTTP/2 an answer ahead of the body's end would reset the stream, and some clients lose the answer by
            // that.
            request.getInputStream().readNBytes(SHORT_BODY);
        }
        response.setStatus(LoadLimit.STATUS);
        response.setHeader(Headers.LOAD, declined.header());
        response.setContentLength(0);
    }

    /** Serves the request, which is counted, to its end. */
    private void count(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean later = false;
        try {
            chain.doFilter(request, response);
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new EndOfRequest(load));
                later = true;
            }
        } finally {
            if (!later) {
                load.ended();
            }
        }
    }

    /** Counts once, however an asynchronous request ends. */
    private static final class EndOfRequest implements AsyncListener {
        private final ServerLoad load;
        private final AtomicBoolean ended = new AtomicBoolean();

        EndOfRequest(ServerLoad load) {
            this.load = load;
        }

        @Override
        public void onComplete(AsyncEvent event) {
            if (ended.compareAndSet(false, true)) {
                load.ended();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // Completion follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            // Completion follows.
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Begun anew, it forgets its listeners.
            event.getAsyncContext().addListener(this);
        }
    }
}
