package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.E2M1;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Stores and loads rows of the KV cache: the definition of what each [CacheFormat] means.
public final class CacheRows {

    private CacheRows() { }

    /// Stores `row` (latent, then key) as position `position`.
    public static void write(CacheLayer cache, int position, float[] row) {
        CacheLayout layout = cache.layout();
        if (position >= layout.capacity()) {
            throw new DeviceException("position " + position + " is beyond the cache of " + layout.capacity()
                + " positions: open the session with a larger context");
        }
        MemorySegment target = HostBuffer.segment(cache.buffer())
            .asSlice((long) position * layout.rowBytes(), layout.rowBytes());
        switch (layout.format()) {
            case F32 -> {
                for (int i = 0; i < row.length; i++) {
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, i, row[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < row.length; i++) {
                    target.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(row[i]));
                }
            }
            case INT8, FP4 -> {
                quantize(layout, target, row, 0, layout.latent(), layout.format() == CacheFormat.INT8);
                quantize(layout, target, row, layout.latent(), layout.width(), true);
            }
        }
    }

    private static void quantize(CacheLayout layout, MemorySegment target, float[] row, int start, int end,
                                 boolean bytes) {
        for (int first = start; first < end; first += CacheFormat.GROUP) {
            int last = Math.min(first + CacheFormat.GROUP, end);
            float largest = 0;
            for (int i = first; i < last; i++) {
                largest = Math.max(largest, Math.abs(row[i]));
            }
            short stored = Float.floatToFloat16(largest / (bytes ? 127 : E2M1.MAX));
            float scale = Float.float16ToFloat(stored);
            target.set(ValueLayout.JAVA_SHORT_UNALIGNED,
                layout.scaleOffset() + 2L * layout.scaleIndex(first), stored);
            float inverse = scale == 0 ? 0 : 1 / scale;
            for (int i = first; i < last; i += bytes ? 1 : 2) {
                if (bytes) {
                    int code = Math.clamp(Math.round(row[i] * inverse), -127, 127);
                    target.set(ValueLayout.JAVA_BYTE, layout.byteOffset(i), (byte) code);
                } else {
                    int pair = E2M1.encode(row[i] * inverse) | E2M1.encode(row[i + 1] * inverse) << 4;
                    target.set(ValueLayout.JAVA_BYTE, i / 2, (byte) pair);
                }
            }
        }
    }

    /// Loads position `position` to `out[offset ..)`.
    public static void read(CacheLayer cache, int position, float[] out, int offset) {
        CacheLayout layout = cache.layout();
        MemorySegment source = HostBuffer.segment(cache.buffer())
            .asSlice((long) position * layout.rowBytes(), layout.rowBytes());
        for (int i = 0; i < layout.width(); i++) {
            out[offset + i] = switch (layout.format()) {
                case F32 -> source.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                case F16 -> Float.float16ToFloat(source.getAtIndex(ValueLayout.JAVA_SHORT, i));
                case INT8 -> source.get(ValueLayout.JAVA_BYTE, i) * scale(layout, source, i);
                case FP4 -> scale(layout, source, i) * (i < layout.latent()
                    ? E2M1.decode(source.get(ValueLayout.JAVA_BYTE, i / 2) >> (i % 2 * 4))
                    : source.get(ValueLayout.JAVA_BYTE, layout.byteOffset(i)));
            };
        }
    }

    private static float scale(CacheLayout layout, MemorySegment row, int column) {
        return Float.float16ToFloat(row.get(ValueLayout.JAVA_SHORT_UNALIGNED,
            layout.scaleOffset() + 2L * layout.scaleIndex(column)));
    }
}
