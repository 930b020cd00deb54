package io.muster.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The one JSON codec of the wire contract, in UTF-8. Thread-safe.
 *
 * <p>Both sides may be newer than this one. A {@linkplain #server() server} reads known values strictly and reports
 * unknown fields; a {@linkplain #client() client} passes over unknown fields and reads an unknown status as
 * {@link InstanceStatus#UNKNOWN}.
 */
public final class JsonCodec {
    private static final int MAX_UNKNOWN_FIELDS = 16;
    private static final int MAX_DEPTH = 16;
    private static final String UNKNOWN_FIELDS = "io.muster.api.unknownFields";

    private static final JsonCodec SERVER = new JsonCodec(mapper(false));
    private static final JsonCodec CLIENT = new JsonCodec(mapper(true));

    private final ObjectMapper mapper;
    private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();

    private JsonCodec(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** The codec of the side that answers. */
    public static JsonCodec server() {
        return SERVER;
    }

    /** The codec of the side that asks. */
    public static JsonCodec client() {
        return CLIENT;
    }

    /** The value as JSON; null parts are left out. */
    public byte[] encode(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("Cannot encode " + value.getClass().getName(), e);
        }
    }

    /**
     * Reads one JSON value.
     *
     * @throws ProblemException with status 400 when the text is no JSON, has the wrong shape, or a field breaks its rule;
     *     the problem names the field and the value
     */
    public <T> Decoded<T> decode(byte[] json, Class<T> type) {
        List<String> unknown = new ArrayList<>(0);
        try (JsonParser in = mapper.createParser(json)) {
            try {
                T value = readers.computeIfAbsent(type, mapper::readerFor)
                        .withAttribute(UNKNOWN_FIELDS, unknown)
                        .readValue(in);
                if (value == null) {
                    throw malformed("the body must be a JSON object but was " + (json.length == 0 ? "empty" : "null"));
                }
                return new Decoded<>(value, unknown);
            } catch (JsonMappingException e) {
                throw problem(e, in);
            }
        } catch (JsonProcessingException e) {
            throw malformed(describe(e));
        } catch (IOException e) {
            throw malformed("the body could not be read");
        }
    }

    private static ProblemException problem(JsonMappingException e, JsonParser in) throws IOException {
        String path = path(e);
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidFieldException violation) {
                return Problem.invalid(violation.below(join(path, violation.field())))
                        .asException();
            }
            if (cause instanceof JsonParseException broken) {
                return malformed(describe(broken));
            }
        }
        if (path.isEmpty()) {
            return malformed(describe(e));
        }
        Class<?> type = e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        return Problem.invalid(new InvalidFieldException(path, typeName(type), offender(e, in)))
                .asException();
    }

    /** The value that does not fit: a scalar as it stands, an object or array by its first character. */
    private static String offender(JsonMappingException e, JsonParser in) throws IOException {
        if (e instanceof InvalidFormatException format) {
            return String.valueOf(format.getValue());
        }
        return String.valueOf(in.getText());
    }

    private static ProblemException malformed(String detail) {
        return new Problem("urn:muster:problem:malformed-body", "Malformed body", 400, detail, "body", null)
                .asException();
    }

    /** Jackson's message without the excerpt of the source, which may hold anything. */
    private static String describe(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        if (e instanceof JsonEOFException) {
            return "unexpected end of JSON" + where;
        }
        return Text.printable(String.valueOf(e.getOriginalMessage())) + where;
    }

    private static String typeName(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type.isEnum()) {
            return "one of the known values";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "an integer in range";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class || type == Position.class) {
            return "a string";
        }
        if (List.class.isAssignableFrom(type)) {
            return "an array";
        }
        return "an object";
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            } else {
                path.append('[').append(reference.getIndex()).append(']');
            }
        }
        return Text.printable(path.toString());
    }

    /** A violation found by a record's constructor names its own field: below the record's path, or the path's last step. */
    private static String join(String path, String field) {
        if (path.isEmpty()) {
            return field;
        }
        return path.equals(field) || path.endsWith("." + field) ? path : path + "." + field;
    }

    private static ObjectMapper mapper(boolean lenient) {
        SimpleModule module = new SimpleModule("muster");
        module.addSerializer(new PositionSerializer());
        module.addDeserializer(Position.class, new PositionDeserializer());
        module.addSerializer(new DurationSerializer());
        module.addDeserializer(Duration.class, new DurationDeserializer());
        module.addSerializer(new CheckTypeSerializer());
        module.addDeserializer(Check.Type.class, new CheckTypeDeserializer());
        if (lenient) {
            module.addDeserializer(InstanceStatus.class, new LenientStatusDeserializer());
        }
        JsonMapper mapper = JsonMapper.builder()
                .addModule(module)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .addHandler(new UnknownFields())
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                .build();
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build());
        return mapper;
    }

    private static final class PositionSerializer extends StdSerializer<Position> {
        PositionSerializer() {
            super(Position.class);
        }

        @Override
        public void serialize(Position value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.toString());
        }
    }

    private static final class PositionDeserializer extends StdDeserializer<Position> {
        PositionDeserializer() {
            super(Position.class);
        }

        @Override
        public Position deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Position.parse(fieldName(in, "position"), String.valueOf(in.getValueAsString()));
        }
    }

    private static final class DurationSerializer extends StdSerializer<Duration> {
        DurationSerializer() {
            super(Duration.class);
        }

        @Override
        public void serialize(Duration value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(Durations.print(value));
        }
    }

    private static final class DurationDeserializer extends StdDeserializer<Duration> {
        DurationDeserializer() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Durations.parse(fieldName(in, "duration"), String.valueOf(in.getText()));
        }
    }

    private static final class CheckTypeSerializer extends StdSerializer<Check.Type> {
        CheckTypeSerializer() {
            super(Check.Type.class);
        }

        @Override
        public void serialize(Check.Type value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.wireName());
        }
    }

    private static final class CheckTypeDeserializer extends StdDeserializer<Check.Type> {
        CheckTypeDeserializer() {
            super(Check.Type.class);
        }

        @Override
        public Check.Type deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String name = String.valueOf(in.getText());
            for (Check.Type type : Check.Type.values()) {
                if (type.wireName().equals(name.toLowerCase(Locale.ROOT))) {
                    return type;
                }
            }
            throw new InvalidFieldException(fieldName(in, "type"), "one of http, tcp, grpc", name);
        }
    }

    private static String fieldName(JsonParser in, String otherwise) throws IOException {
        return in.currentName() == null ? otherwise : in.currentName();
    }

    private static final class LenientStatusDeserializer extends JsonDeserializer<InstanceStatus> {
        @Override
        public InstanceStatus deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String name = String.valueOf(in.getValueAsString());
            for (InstanceStatus status : InstanceStatus.values()) {
                if (status.name().equals(name)) {
                    return status;
                }
            }
            return InstanceStatus.UNKNOWN;
        }
    }

    private static final class UnknownFields extends DeserializationProblemHandler {
        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context,
                JsonParser in,
                JsonDeserializer<?> deserializer,
                Object beanOrClass,
                String propertyName)
                throws IOException {
            if (context.getAttribute(UNKNOWN_FIELDS) instanceof List<?>) {
                @SuppressWarnings("unchecked")
                List<String> unknown = (List<String>) context.getAttribute(UNKNOWN_FIELDS);
                if (unknown.size() < MAX_UNKNOWN_FIELDS) {
                    unknown.add(Text.printable(propertyName));
                }
            }
            in.skipChildren();
            return true;
        }
    }
}
