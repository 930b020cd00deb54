package io.muster.client.spring.loadbalancer;

import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.http.server.PathContainer;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/** Makes the resolvers that properties describe. */
final class HashKeys {
    private static final String PREFIX = "muster.load-balancer.hash";

    private final Map<String, HashKeyResolver> beans;

    /** @param beans the application's own, by their bean names */
    HashKeys(Map<String, HashKeyResolver> beans) {
        this.beans = Map.copyOf(beans);
    }

    /**
     * The resolver; null when nothing is to be hashed.
     *
     * @throws InvalidConfigurationPropertyValueException when more than one thing is, or something does not exist
     */
    @Nullable
    HashKeyResolver of(Hash hash) {
        List<HashKeyResolver> resolvers = new ArrayList<>();
        String header = hash.header();
        if (header != null) {
            resolvers.add(request -> request.getHeaders().getFirst(header));
        }
        String cookie = hash.cookie();
        if (cookie != null) {
            resolvers.add(request -> cookie(request, cookie));
        }
        String query = hash.query();
        if (query != null) {
            resolvers.add(request -> UriComponentsBuilder.fromUri(request.getUrl())
                    .build()
                    .getQueryParams()
                    .getFirst(query));
        }
        if (hash.path() != null) {
            resolvers.add(variable(hash.path()));
        }
        if (hash.bean() != null) {
            resolvers.add(bean(hash.bean()));
        }
        if (resolvers.size() > 1) {
            throw new InvalidConfigurationPropertyValueException(
                    PREFIX, hash, PREFIX + " must have one of header, cookie, query, path and bean but was " + hash);
        }
        return resolvers.isEmpty() ? null : resolvers.get(0);
    }

    private static @Nullable String cookie(RequestData request, String name) {
        MultiValueMap<String, String> cookies = request.getCookies();
        return cookies == null ? null : cookies.getFirst(name);
    }

    private static HashKeyResolver variable(String path) {
        PathPattern pattern;
        try {
            pattern = PathPatternParser.defaultInstance.parse(path);
        } catch (PatternParseException e) {
            throw invalidPath(path, e.getMessage());
        }
        PathPattern.PathMatchInfo self = pattern.matchAndExtract(PathContainer.parsePath(path));
        if (self == null || self.getUriVariables().size() != 1) {
            throw invalidPath(path, "it needs one variable");
        }
        String name = self.getUriVariables().keySet().iterator().next();
        return request -> {
            PathPattern.PathMatchInfo match = pattern.matchAndExtract(
                    PathContainer.parsePath(request.getUrl().getRawPath()));
            return match == null ? null : match.getUriVariables().get(name);
        };
    }

    private static InvalidConfigurationPropertyValueException invalidPath(String path, @Nullable String reason) {
        String property = PREFIX + ".path";
        return new InvalidConfigurationPropertyValueException(
                property,
                path,
                property + " must be a pattern with one variable, such as /users/{id}/**, but was " + path + ": "
                        + reason);
    }

    private HashKeyResolver bean(String name) {
        HashKeyResolver resolver = beans.get(name);
        if (resolver == null) {
            String property = PREFIX + ".bean";
            throw new InvalidConfigurationPropertyValueException(
                    property, name, property + " must be one of " + beans.keySet() + " but was " + name);
        }
        return resolver;
    }
}
