package io.muster.registry.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class UnsafeBindAddressFailureAnalyzer extends AbstractFailureAnalyzer<UnsafeBindAddressException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnsafeBindAddressException cause) {
        return new FailureAnalysis(
                "The registry would listen on " + cause.address() + ", where other machines can register and remove"
                        + " instances without credentials.",
                "Set " + cause.property()
                        + " to a loopback address such as 127.0.0.1, or ask callers for tokens:"
                        + " muster.server.auth.mode=token (the command 'token' of this jar makes them), or say that"
                        + " everybody who reaches the server may call it: muster.server.auth.mode=none.",
                cause);
    }
}
