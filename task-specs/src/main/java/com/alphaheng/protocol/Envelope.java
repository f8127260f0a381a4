package com.alphaheng.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The JSON object of a record with its version and type before its own fields: `{"v": 1, "type": "Hello", ...fields}`.
///
/// Put together from bytes: a tree of nodes between record and bytes doubled the time that a submission of 10,000 tasks
/// keeps everything else waiting.
public final class Envelope {
    private static final ObjectMapper MAPPER = ProtocolCodec.jsonMapper();
    private static final int EMPTY = "{}".length();

    private Envelope() {
    }

    /// @param value a record
    public static byte[] around(Object value, int version) {
        try {
            byte[] body = MAPPER.writeValueAsBytes(value);
            byte[] head = ("{\"v\":" + version + ",\"type\":\"" + value.getClass().getSimpleName() + "\""
                    + (body.length > EMPTY ? "," : "")).getBytes(StandardCharsets.US_ASCII);
            byte[] whole = Arrays.copyOf(head, head.length + body.length - 1);
            System.arraycopy(body, 1, whole, head.length, body.length - 1);
            return whole;
        } catch (JsonProcessingException e) {
            throw new AssertionError("a record failed to serialise: " + value.getClass(), e);
        }
    }
}
