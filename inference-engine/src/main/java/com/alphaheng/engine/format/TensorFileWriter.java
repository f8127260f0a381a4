package com.alphaheng.engine.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Collects plain arrays and writes them as one safetensors file.
public final class TensorFileWriter {

    private final ObjectNode header = new ObjectMapper().createObjectNode();
    private final ObjectNode metadata = header.putObject("__metadata__");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    public TensorFileWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    public TensorFileWriter add(String name, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        add(name, "I32", values.length, bytes.array());
        return this;
    }

    public TensorFileWriter add(String name, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        add(name, "F32", values.length, bytes.array());
        return this;
    }

    private void add(String name, String dtype, int length, byte[] bytes) {
        ObjectNode entry = header.putObject(name).put("dtype", dtype);
        entry.putArray("shape").add(length);
        entry.putArray("data_offsets").add(data.size()).add(data.size() + bytes.length);
        data.writeBytes(bytes);
    }

    public void write(Path path) throws IOException {
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        // Four-byte elements shall be aligned.
        int length = (json.length + 7) / 8 * 8;
        ByteBuffer file = ByteBuffer.allocate(8 + length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(length).put(json);
        while (file.position() < 8 + length) {
            file.put((byte) ' ');
        }
        file.put(data.toByteArray());
        Files.write(path, file.array());
    }
}
