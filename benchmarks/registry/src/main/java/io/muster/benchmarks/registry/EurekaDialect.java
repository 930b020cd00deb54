package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Netflix Eureka, over the calls that its own client makes. Its leases last 90 s, so nothing needs renewal in between. */
final class EurekaDialect implements Dialect {
    private static final byte[] INSTANCE = "\"instanceId\":".getBytes(StandardCharsets.US_ASCII);
    private static final String REGISTRATION = """
            {"instance":{"instanceId":"%1$s","hostName":"10.%2$d.%3$d.%4$d","app":"%5$s","ipAddr":"10.%2$d.%3$d.%4$d",\
            "status":"UP","overriddenstatus":"UNKNOWN","port":{"$":8080,"@enabled":"true"},\
            "securePort":{"$":443,"@enabled":"false"},"countryId":1,\
            "dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"},\
            "leaseInfo":{"renewalIntervalInSecs":30,"durationInSecs":90},\
            "metadata":{"zone":"zone-a","version":"1.4.2","team":"checkout","build":"2026-03-14"},\
            "vipAddress":"%6$s","secureVipAddress":"%6$s","isCoordinatingDiscoveryServer":"false",\
            "lastUpdatedTimestamp":"1700000000000","lastDirtyTimestamp":"1700000000000","actionType":"ADDED"}}""";

    @Override
    public String name() {
        return "eureka";
    }

    @Override
    public Call register(int service, int number) {
        String json = REGISTRATION.formatted(
                id(service, number),
                number >> 16 & 255,
                number >> 8 & 255,
                number & 255,
                application(service),
                "service-" + service);
        return new Call(
                Requests.of("POST", "/eureka/apps/" + application(service), json), (status, body) -> status == 204);
    }

    @Override
    public Call deregister(int service, int number) {
        return new Call(Requests.of("DELETE", path(service, number)), (status, body) -> status == 200);
    }

    @Override
    public Call heartbeat(int service, int number) {
        return new Call(
                Requests.of("PUT", path(service, number) + "?status=UP&lastDirtyTimestamp=1700000000000"),
                (status, body) -> status == 200);
    }

    @Override
    public Call lookUp(int service, int instances) {
        return new Call(
                Requests.of("GET", "/eureka/apps/" + application(service)),
                (status, body) -> status == 200 && body.count(INSTANCE) == instances);
    }

    @Override
    public List<Call> renew(int count) {
        return List.of();
    }

    private static String path(int service, int number) {
        return "/eureka/apps/" + application(service) + "/" + id(service, number);
    }

    private static String application(int service) {
        return "SERVICE-" + service;
    }

    private static String id(int service, int number) {
        return "service-" + service + ":8080:" + Integer.toHexString(0x10000000 + number);
    }
}
