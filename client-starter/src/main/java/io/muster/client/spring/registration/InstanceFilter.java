package io.muster.client.spring.registration;

import io.muster.api.Identity;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers the registry when it asks who this process is. Answers of a draining instance are the last ones of their
 * connection, so that no request is sent on it while it closes.
 */
final class InstanceFilter extends OncePerRequestFilter {
    private final LocalInstance instance;

    InstanceFilter(LocalInstance instance) {
        this.instance = instance;
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
        chain.doFilter(request, response);
    }
}
