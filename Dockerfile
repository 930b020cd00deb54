# One file for the registry and the samples. The jars are built outside:
#   ./mvnw -q package -DskipTests && docker build -t muster/registry .
#   docker build -t muster/inventory --build-arg MODULE=samples/inventory --build-arg PORT=8080 .
FROM eclipse-temurin:17-jre AS layers
ARG MODULE=registry-service
WORKDIR /build
COPY ${MODULE}/target/*-exec.jar app.jar
RUN java -Djarmode=tools -jar app.jar extract --layers --destination layers

FROM eclipse-temurin:17-jre
ARG PORT=7070
RUN groupadd --gid 10001 muster \
    && useradd --uid 10001 --gid muster --home-dir /var/lib/muster --create-home --shell /usr/sbin/nologin muster
WORKDIR /app
# What changes least comes first, so that a new version of Muster is a thin layer.
COPY --from=layers /build/layers/dependencies/ ./
COPY --from=layers /build/layers/spring-boot-loader/ ./
COPY --from=layers /build/layers/snapshot-dependencies/ ./
COPY --from=layers /build/layers/application/ ./
COPY --chmod=755 docker/healthy /usr/local/bin/healthy
USER 10001:10001
VOLUME /var/lib/muster
# In a container other containers are the callers: give tokens (README, Security), or say MUSTER_SERVER_AUTH_MODE=none aloud.
ENV SERVER_ADDRESS=0.0.0.0 \
    SERVER_PORT=${PORT} \
    MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED=true \
    JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError"
EXPOSE ${PORT}
# Asks without TLS. Where the port speaks TLS, give the actuator a plain one that only the container itself reaches:
# MANAGEMENT_SERVER_PORT=7073 MANAGEMENT_SERVER_ADDRESS=127.0.0.1 MANAGEMENT_SERVER_SSL_ENABLED=false
HEALTHCHECK --interval=5s --timeout=3s --start-period=120s --retries=3 CMD ["healthy"]
# java is process 1 and gets SIGTERM itself: a service drains, the registry tells its streams to go elsewhere.
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-jar", "app.jar"]
