package io.muster.api;

/**
 * A value breaks a rule of the wire contract. The message reads {@code <field> must be <rule> but was <value>}, with the
 * value shortened and escaped so that it can stand in a log or an answer.
 */
public final class InvalidFieldException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String rule;
    private final String value;

    /**
     * @param field the field's name as it stands on the wire, with its path where it is nested
     * @param rule what the value must be, such as {@code "between 1 and 65535"}
     * @param value the offending value, any length
     */
    public InvalidFieldException(String field, String rule, Object value) {
        super(field + " must be " + rule + " but was " + Text.printable(String.valueOf(value)));
        this.field = field;
        this.rule = rule;
        this.value = Text.printable(String.valueOf(value));
    }

    /** The field's name on the wire. */
    public String field() {
        return field;
    }

    /** What the value must be. */
    public String rule() {
        return rule;
    }

    /** The offending value: printable ASCII, at most 200 characters. */
    public String value() {
        return value;
    }

    /** The same violation with the field's path put in front, for a record nested in another one. */
    InvalidFieldException below(String path) {
        return new InvalidFieldException(path, rule, value);
    }
}
