package io.muster.registry.web;

import io.muster.api.JsonCodec;
import io.muster.api.LeaseAcquisition;
import io.muster.api.LeaseRelease;
import io.muster.api.LeaseRenewal;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.security.Caller;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.springframework.boot.web.embedded.netty.NettyRouteProvider;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Answers plain acquisitions, renewals and releases before the web framework, whose dispatch costs more than the vote of a
 * majority. Whatever is not quite plain goes on to the controller, which answers the same.
 */
@Component
final class FrequentLeaseCalls implements NettyRouteProvider {
    private final LeaseCalls calls;
    private final View view;

    FrequentLeaseCalls(LeaseCalls calls, Engine engine) {
        this.calls = calls;
        this.view = engine.view();
    }

    @Override
    public HttpServerRoutes apply(HttpServerRoutes routes) {
        return routes.route(plain("/v1/leases/acquire"), route(LeaseAcquisition.class, calls::acquire))
                .route(plain("/v1/leases/renew"), route(LeaseRenewal.class, calls::renew))
                .route(plain("/v1/leases/release"), route(LeaseRelease.class, calls::release));
    }

    private static Predicate<HttpServerRequest> plain(String path) {
        return request -> path.equals(request.uri()) && Plain.isPost(request);
    }

    private <T, R> BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> route(
            Class<T> type, BiFunction<T, Caller, Mono<R>> call) {
        return (request, response) -> {
            Caller caller = GateRoute.caller(request);
            return Plain.read(request, response, type)
                    .flatMap(asked -> call.apply(asked, caller))
                    .flatMap(answer -> Mono.from(Answers.send(
                            response,
                            view,
                            200,
                            Answers.JSON,
                            JsonCodec.server().encode(answer))))
                    .onErrorResume(error -> Mono.from(Answers.refuse(
                            response,
                            view,
                            ProblemHandler.problem(request.method().name(), request.uri(), error))));
        };
    }
}
