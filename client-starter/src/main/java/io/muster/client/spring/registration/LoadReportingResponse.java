package io.muster.client.spring.registration;

import io.muster.api.Headers;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;

/** Says in its headers how busy the application is when it begins to answer, which is when somebody wants to write the body. */
final class LoadReportingResponse extends HttpServletResponseWrapper {
    private final ServerLoad load;
    private boolean told;

    LoadReportingResponse(HttpServletResponse response, ServerLoad load) {
        super(response);
        this.load = load;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        tell();
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        tell();
        return super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        tell();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        tell();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        tell();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        tell();
        super.sendRedirect(location);
    }

    /** The answer has no body, or is ready. Too late once its headers are sent. */
    void tell() {
        if (!told && !isCommitted()) {
            told = true;
            setHeader(Headers.LOAD, load.report().header());
        }
    }
}
