package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.Envelope;
import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// JSON of the records of a sealed type: `{"v": 1, "type": "TaskAdded", ...fields}`. Refuses versions, types and fields
/// that it does not know.
final class SealedCodec<T> {
    private static final ObjectMapper MAPPER = ProtocolCodec.jsonMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Map<String, Class<? extends T>> types = new LinkedHashMap<>();
    private final int version;
    private final String noun;
    private final String remedy;

    /// @param noun   what is coded, for messages
    /// @param remedy what to do about one that cannot be read
    SealedCodec(Class<T> sealed, int version, String noun, String remedy) {
        this.version = version;
        this.noun = noun;
        this.remedy = remedy;
        collect(sealed);
    }

    private void collect(Class<? extends T> sealed) {
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            Class<? extends T> type = permitted.asSubclass(sealed);
            if (permitted.isSealed()) {
                collect(type);
            } else {
                types.put(permitted.getSimpleName(), type);
            }
        }
    }

    byte[] encode(T value) {
        return Envelope.around(value, version);
    }

    /// @throws UnreadableEventException if the bytes are nothing of this version
    T decode(byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (!(node instanceof ObjectNode object)) {
                throw new UnreadableEventException("not a JSON object");
            }
            int found = object.path("v").asInt(-1);
            if (found != version) {
                throw new UnreadableEventException("version " + object.path("v") + " of the " + noun + " format; this "
                        + "program reads version " + version + ": " + remedy);
            }
            String name = object.path("type").asText();
            Class<? extends T> type = types.get(name);
            if (type == null) {
                throw new UnreadableEventException("a " + noun + " of unknown type '" + name + "': " + remedy);
            }
            object.remove("v");
            object.remove("type");
            return MAPPER.treeToValue(object, type);
        } catch (IOException e) {
            throw new UnreadableEventException("not a readable " + noun + ": " + e.getMessage(), e);
        }
    }
}
