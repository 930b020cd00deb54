package io.muster.registry.security;

import io.muster.registry.security.SecurityProperties.Token;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The command {@code token}: makes a token, and says how to tell the server and its user of it. */
public final class TokenCommand {
    /** The command's name. */
    public static final String NAME = "token";

    private static final int TOKEN_BYTES = 32;
    private static final String USAGE = "usage: token --id <id> --scope <scope> [--scope <scope> ...]"
            + " [--namespace <namespace> ...]%n"
            + "  scopes: read, operate, register:<service>, lease:<name>; a name may end in *%n";

    private TokenCommand() {}

    /**
     * Runs it.
     *
     * @param arguments what follows the command's name
     * @return the exit code: 0, or 2 when the arguments cannot be meant
     */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        String token = newToken();
        Token described;
        try {
            described = describe(arguments, Tokens.configured(token));
        } catch (IllegalArgumentException e) {
            err.printf("%s%n" + USAGE, e.getMessage());
            return 2;
        }
        out.printf("The token, shown this once, for muster.registry.token of its user:%n%n  %s%n%n", token);
        out.printf("For the registry's application.yml:%n%n");
        out.printf("muster.server.auth:%n  mode: token%n  tokens:%n    - id: %s%n", described.id());
        out.printf("      hashes: [\"%s\"]%n", described.hashes().get(0));
        out.printf("      scopes: [%s]%n", quoted(described.scopes()));
        if (!described.namespaces().isEmpty()) {
            out.printf("      namespaces: [%s]%n", quoted(described.namespaces()));
        }
        return 0;
    }

    private static Token describe(List<String> arguments, String hash) {
        String id = "";
        List<String> scopes = new ArrayList<>();
        List<String> namespaces = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " must be followed by a value");
            }
            String value = arguments.get(i + 1);
            switch (option) {
                case "--id" -> id = value;
                case "--scope" -> scopes.add(value);
                case "--namespace" -> namespaces.add(value);
                default ->
                    throw new IllegalArgumentException("option must be --id, --scope or --namespace but was " + option);
            }
        }
        return new Token(id, List.of(hash), scopes, namespaces.isEmpty() ? null : namespaces);
    }

    private static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Tokens.PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String quoted(List<String> values) {
        return "\"" + String.join("\", \"", values) + "\"";
    }
}
