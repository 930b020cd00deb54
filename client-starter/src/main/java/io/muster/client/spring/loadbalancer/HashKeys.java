package io.muster.client.spring.loadbalancer;

import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/** Makes the resolvers that properties describe. */
final class HashKeys {
    private final Map<String, HashKeyResolver> beans;

    /** @param beans the application's own, by their bean names */
    HashKeys(Map<String, HashKeyResolver> beans) {
        this.beans = Map.copyOf(beans);
    }

    /**
     * The resolver; null when nothing is to be hashed.
     *
     * @param property the name of the group of properties
     * @throws InvalidConfigurationPropertyValueException when more than one thing is, or something does not exist
     */
    @Nullable
    HashKeyResolver of(String property, Hash hash) {
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
            resolvers.add(variable(property, hash.path()));
        }
        if (hash.bean() != null) {
            resolvers.add(bean(property, hash.bean()));
        }
        if (resolvers.size() > 1) {
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    hash,
                    property + " must have one of header, cookie, query, path and bean but was " + hash);
        }
        return resolvers.isEmpty() ? null : resolvers.get(0);
    }

    /**
     * By the header itself, where there is one: of a header with several cookies Spring's description of a blocking client's request keeps one
     * name and a part of the rest, and a Feign client's has none at all.
     */
    private static @Nullable String cookie(RequestData request, String name) {
        List<String> lines = request.getHeaders().getOrEmpty(HttpHeaders.COOKIE);
        if (lines.isEmpty()) {
            MultiValueMap<String, String> cookies = request.getCookies();
            return cookies == null ? null : cookies.getFirst(name);
        }
        for (String line : lines) {
            for (String pair : StringUtils.delimitedListToStringArray(line, ";")) {
                int equals = pair.indexOf('=');
                if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
                    return pair.substring(equals + 1).strip();
                }
            }
        }
        return null;
    }

    private static HashKeyResolver variable(String property, String path) {
        PathPattern pattern;
        try {
            pattern = PathPatternParser.defaultInstance.parse(path);
        } catch (PatternParseException e) {
            throw invalidPath(property, path, e.getMessage());
        }
        List<String> names = variables(path);
        if (names.size() != 1) {
            throw invalidPath(property, path, "it needs one variable");
        }
        String name = names.get(0);
        return request -> {
            PathPattern.PathMatchInfo match = pattern.matchAndExtract(
                    PathContainer.parsePath(request.getUrl().getRawPath()));
            return match == null ? null : match.getUriVariables().get(name);
        };
    }

    /** The names of a valid pattern's variables: {name}, {*name} or {name:expression}. */
    private static List<String> variables(String path) {
        List<String> names = new ArrayList<>();
        int depth = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '{' && depth++ == 0) {
                int from = path.startsWith("*", i + 1) ? i + 2 : i + 1;
                int to = from;
                while (path.charAt(to) != '}' && path.charAt(to) != ':') {
                    to++;
                }
                names.add(path.substring(from, to));
            } else if (c == '}') {
                depth--;
            }
        }
        return names;
    }

    private static InvalidConfigurationPropertyValueException invalidPath(
            String property, String path, @Nullable String reason) {
        return new InvalidConfigurationPropertyValueException(
                property + ".path",
                path,
                property + ".path must be a pattern with one variable, such as /users/{id}/**, but was " + path + ": "
                        + reason);
    }

    private HashKeyResolver bean(String property, String name) {
        HashKeyResolver resolver = beans.get(name);
        if (resolver == null) {
            throw new InvalidConfigurationPropertyValueException(
                    property + ".bean", name, property + ".bean must be one of " + beans.keySet() + " but was " + name);
        }
        return resolver;
    }
}
