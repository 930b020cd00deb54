package io.muster.registry.proxy;

import io.muster.lb.HashKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Finds in a request what keeps it together with others. Immutable. */
final class HashKeys {
    private final Balancing.Hash hash;

    HashKeys(Balancing.Hash hash) {
        this.hash = hash;
    }

    /** The hash of its key; a random number when it has none, so that such requests spread. */
    long of(ProxyCall call) {
        if (!hash.isGiven()) {
            return 0;
        }
        String key = key(call);
        return key == null ? ThreadLocalRandom.current().nextLong() : HashKey.of(key);
    }

    private @Nullable String key(ProxyCall call) {
        String header = hash.header();
        if (header != null) {
            return call.headers().get(header);
        }
        String cookie = hash.cookie();
        if (cookie != null) {
            for (String line : call.headers().getAll(HttpHeaderNames.COOKIE)) {
                String value = find(line, cookie, ';');
                if (value != null) {
                    return value;
                }
            }
            return null;
        }
        String target = call.route().target();
        int query = target.indexOf('?');
        if (hash.path()) {
            return query < 0 ? target : target.substring(0, query);
        }
        String name = hash.query();
        return name == null || query < 0 ? null : find(target.substring(query + 1), name, '&');
    }

    private static @Nullable String find(String text, String name, char separator) {
        int from = 0;
        while (from <= text.length()) {
            int end = text.indexOf(separator, from);
            int to = end < 0 ? text.length() : end;
            String pair = text.substring(from, to).strip();
            if (pair.startsWith(name) && pair.startsWith("=", name.length())) {
                return pair.substring(name.length() + 1);
            }
            from = to + 1;
        }
        return null;
    }
}
