package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.model.E2M1;

/// Reads and writes rows of the KV cache by address, in Java; [CacheLayout] says what lies where.
final class CacheCodec {

    private CacheCodec() { }

    /// Stores float32[latent + rope] at `row` as the cache row at `to`.
    static void write(CacheLayout layout, long row, long to) {
        switch (layout.format()) {
            case F32 -> Memory.copy(row, to, 4L * layout.width());
            case F16 -> {
                for (int i = 0; i < layout.width(); i++) {
                    Memory.putShort(to + 2L * i, Float.floatToFloat16(Memory.getFloat(row + 4L * i)));
                }
            }
            case INT8, FP4 -> {
                quantize(layout, row, 0, layout.latent(), layout.format() == CacheFormat.INT8, to);
                quantize(layout, row, layout.latent(), layout.width(), true, to);
            }
        }
    }

    private static void quantize(CacheLayout layout, long row, int start, int end, boolean bytes, long to) {
        for (int first = start; first < end; first += CacheFormat.GROUP) {
            int last = Math.min(first + CacheFormat.GROUP, end);
            float largest = 0;
            for (int i = first; i < last; i++) {
                largest = Math.max(largest, Math.abs(Memory.getFloat(row + 4L * i)));
            }
            short stored = Float.floatToFloat16(largest / (bytes ? 127 : E2M1.MAX));
            float scale = Float.float16ToFloat(stored);
            Memory.putShort(to + layout.scaleOffset() + 2L * layout.scaleIndex(first), stored);
            float inverse = scale == 0 ? 0 : 1 / scale;
            for (int i = first; i < last; i += bytes ? 1 : 2) {
                float value = Memory.getFloat(row + 4L * i) * inverse;
                if (bytes) {
                    Memory.putByte(to + layout.byteOffset(i), (byte) Math.clamp(Math.round(value), -127, 127));
                } else {
                    int pair = E2M1.encode(value) | E2M1.encode(Memory.getFloat(row + 4L * (i + 1)) * inverse) << 4;
                    Memory.putByte(to + i / 2, (byte) pair);
                }
            }
        }
    }

    /// Widens the cache row at `row` to float32[latent + rope] at `out`.
    static void read(CacheLayout layout, long row, long out) {
        for (int i = 0; i < layout.width(); i++) {
            float value = switch (layout.format()) {
                case F32 -> Memory.getFloat(row + 4L * i);
                case F16 -> Float.float16ToFloat(Memory.getShort(row + 2L * i));
                case INT8 -> Memory.getByte(row + i) * scale(layout, row, i);
                case FP4 -> scale(layout, row, i) * (i < layout.latent()
                    ? E2M1.decode(Memory.getByte(row + i / 2) >> i % 2 * 4)
                    : Memory.getByte(row + layout.byteOffset(i)));
            };
            Memory.putFloat(out + 4L * i, value);
        }
    }

    private static float scale(CacheLayout layout, long row, int column) {
        return Float.float16ToFloat(Memory.getShort(row + layout.scaleOffset() + 2L * layout.scaleIndex(column)));
    }
}
