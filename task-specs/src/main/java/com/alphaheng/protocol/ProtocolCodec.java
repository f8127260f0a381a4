package com.alphaheng.protocol;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// JSON of the wire messages: `{"v": 1, "type": "Heartbeat", ...fields}`.
///
/// A version or type it does not know is refused, never guessed. Unknown fields of a known version are ignored, so that
/// a newer peer may add some.
public final class ProtocolCodec {
    public static final int VERSION = 1;

    private static final Map<String, Class<?>> TYPES = Stream.of(
            CoordinatorMessage.Assignment.class, CoordinatorMessage.StopAttempt.class,
            CoordinatorMessage.IntroduceYourself.class, WorkerMessage.Hello.class, WorkerMessage.Heartbeat.class,
            WorkerMessage.AttemptProgress.class, WorkerMessage.AttemptFinished.class, WorkerMessage.Goodbye.class,
            LogChunk.class).collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));

    private static final ObjectMapper MAPPER = jsonMapper();

    private ProtocolCodec() {
    }

    /// The JSON conventions of this project: ISO-8601 instants and durations, absent optionals as null.
    public static ObjectMapper jsonMapper() {
        return JsonMapper.builder()
                .addModule(new Jdk8Module())
                .addModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    public static byte[] encode(CoordinatorMessage message) {
        return Envelope.around(message, VERSION);
    }

    public static byte[] encode(WorkerMessage message) {
        return Envelope.around(message, VERSION);
    }

    public static byte[] encode(LogChunk chunk) {
        return Envelope.around(chunk, VERSION);
    }

    /// @throws ProtocolException if the bytes are no [CoordinatorMessage] of this version
    public static CoordinatorMessage decodeCoordinatorMessage(byte[] json) {
        return read(json, CoordinatorMessage.class);
    }

    /// @throws ProtocolException if the bytes are no [WorkerMessage] of this version
    public static WorkerMessage decodeWorkerMessage(byte[] json) {
        return read(json, WorkerMessage.class);
    }

    /// @throws ProtocolException if the bytes are no [LogChunk] of this version
    public static LogChunk decodeLogChunk(byte[] json) {
        return read(json, LogChunk.class);
    }

    private static <T> T read(byte[] json, Class<T> expected) {
        try {
            JsonNode node = MAPPER.readTree(json);
            int version = node.path("v").asInt(-1);
            if (version != VERSION) {
                throw new ProtocolException("protocol version " + node.path("v") + " is not understood; this program "
                        + "speaks version " + VERSION + ": run the same AlphaHENG version on coordinator and workers");
            }
            String name = node.path("type").asText();
            Class<?> type = TYPES.get(name);
            if (type == null || !expected.isAssignableFrom(type)) {
                throw new ProtocolException("'" + name + "' is not a " + expected.getSimpleName());
            }
            return expected.cast(MAPPER.treeToValue(node, type));
        } catch (IOException e) {
            throw new ProtocolException("not a readable " + expected.getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
