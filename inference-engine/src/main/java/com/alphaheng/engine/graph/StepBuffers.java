package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where a step's activations live. Pooled: one buffer per label, sized for the largest step and used by all layers
/// and steps. Fresh: a new buffer each time, as the baseline rung does; the step's owner closes them.
abstract sealed class StepBuffers implements AutoCloseable {

    private final Device device;

    private StepBuffers(Device device) {
        this.device = device;
    }

    /// Room for `perToken` 4-byte values for each of `tokens` tokens.
    abstract DeviceBuffer take(String label, int tokens, long perToken);

    /// Room for `perRow` 4-byte values for each of `rows` rows of logits, of which there are far fewer than tokens.
    abstract DeviceBuffer takeRows(String label, int rows, long perRow);

    @Override
    public abstract void close();

    static final class Pooled extends StepBuffers {

        private final int maxTokens;
        private final int maxRows;
        private final Map<String, DeviceBuffer> buffers = new HashMap<>();

        Pooled(Device device, int maxTokens, int maxRows) {
            super(device);
            this.maxTokens = maxTokens;
            this.maxRows = maxRows;
        }

        @Override
        DeviceBuffer take(String label, int tokens, long perToken) {
            return take(label, tokens, maxTokens, perToken);
        }

        @Override
        DeviceBuffer takeRows(String label, int rows, long perRow) {
            return take(label, rows, maxRows, perRow);
        }

        private DeviceBuffer take(String label, int count, int most, long each) {
            if (count > most) {
                throw new IllegalArgumentException(label + " for " + count + " in a pool for " + most);
            }
            return buffers.computeIfAbsent(label, key -> super.device.allocate(key, most * each * 4));
        }

        @Override
        public void close() {
            buffers.values().forEach(DeviceBuffer::close);
            buffers.clear();
        }
    }

    static final class Fresh extends StepBuffers {

        private final List<DeviceBuffer> buffers = new ArrayList<>();

        Fresh(Device device) {
            super(device);
        }

        @Override
        DeviceBuffer take(String label, int tokens, long perToken) {
            DeviceBuffer buffer = super.device.allocate(label, tokens * perToken * 4);
            buffers.add(buffer);
            return buffer;
        }

        @Override
        DeviceBuffer takeRows(String label, int rows, long perRow) {
            return take(label, rows, perRow);
        }

        @Override
        public void close() {
            buffers.forEach(DeviceBuffer::close);
            buffers.clear();
        }
    }
}
