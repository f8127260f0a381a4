package com.alphaheng.engine.cpu.nativelib;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.cpu.fast.Batch;
import com.alphaheng.engine.cpu.fast.Kernels;
import com.alphaheng.engine.cpu.fast.MatrixAddress;
import com.alphaheng.engine.model.DType;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// The kernels of src/main/native, called through FFM. Pointers cross as 64-bit integers, so that a call neither
/// allocates nor checks a lifetime. The library must have been loaded ([NativeLibrary]) before this class is used.
public final class NativeKernels implements Kernels {

    private static final MethodHandle BLOCK_BYTES = longs("marlin_block_bytes", JAVA_INT);
    private static final MethodHandle SCRATCH_BYTES = longs("marlin_scratch_bytes", JAVA_LONG);
    private static final MethodHandle PACK = plain("marlin_pack", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle PRODUCT = plain("marlin_product", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle WIDEN_ROW = plain("marlin_widen_row", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RMS_NORM = plain("marlin_rms_norm", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_FLOAT,
        JAVA_LONG);
    private static final MethodHandle SWIGLU = plain("marlin_swiglu", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ABSORB = plain("marlin_absorb", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_FLOAT, JAVA_LONG);
    private static final MethodHandle ATTEND_SCRATCH_BYTES = longs("marlin_attend_scratch_bytes", JAVA_LONG,
        JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ATTEND = plain("marlin_attend", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CACHE_WRITE = plain("marlin_cache_write", JAVA_INT, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CACHE_UNPACK = plain("marlin_cache_unpack", JAVA_INT, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ATTEND_MANY_SCRATCH_BYTES = longs("marlin_attend_many_scratch_bytes", JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ATTEND_MANY = plain("marlin_attend_many", JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_FLOAT, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private final Precision precision;
    private final String description;
    private final long blockBytes;

    /// @param precision how activations enter products with MMFP4 weights
    /// @param compiler  what built the library, for people
    public NativeKernels(Precision precision, String compiler) {
        this.precision = precision;
        this.description = "C kernels (" + compiler + ", " + precision.name().toLowerCase(java.util.Locale.ROOT)
            + " activations in prompts)";
        try {
            this.blockBytes = (long) BLOCK_BYTES.invokeExact(precision.ordinal());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle longs(String name, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.of(JAVA_LONG, arguments));
    }

    private static MethodHandle plain(String name, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.ofVoid(arguments));
    }

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(SymbolLookup.loaderLookup().findOrThrow(name), descriptor);
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public long packedBytes(int cols) {
        return (cols + 127) / 128 * blockBytes;
    }

    @Override
    public void pack(long in, int cols, long out) {
        try {
            PACK.invokeExact(in, (long) cols, precision.ordinal(), out);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long productScratchBytes(int cols) {
        try {
            return (long) SCRATCH_BYTES.invokeExact((long) cols);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void product(MatrixAddress matrix, int firstRow, int endRow, long in, long inStride, Batch batch, long out,
                        long outStride, long scratch) {
        try {
            PRODUCT.invokeExact(code(matrix.dtype()), precision.ordinal(), matrix.codes(), matrix.scales(),
                (long) matrix.cols(), (long) matrix.group(), (long) firstRow, (long) endRow, in, inStride,
                batch.inputRows, (long) batch.count, out, outStride, batch.outputRows, batch.factors,
                batch.accumulate ? 1 : 0, scratch);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// The number of the element type in marlin.h.
    private static int code(DType dtype) {
        return switch (dtype) {
            case F32 -> 0;
            case F16 -> 1;
            case BF16 -> 2;
            case MMFP4 -> 3;
            case I64, I32, U32, I16, U16, I8, U8, BOOL -> throw new AssertionError("a matrix cannot be " + dtype);
        };
    }

    @Override
    public void widenRow(MatrixAddress matrix, int row, long out) {
        try {
            WIDEN_ROW.invokeExact(code(matrix.dtype()), matrix.codes(), matrix.scales(), (long) matrix.cols(),
                (long) matrix.group(), (long) row, out);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void rmsNorm(long in, long weight, int width, float epsilon, long out) {
        try {
            RMS_NORM.invokeExact(in, weight, (long) width, epsilon, out);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void swiglu(long gate, long up, int count, long out) {
        try {
            SWIGLU.invokeExact(gate, up, (long) count, out);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void absorb(MatrixAddress matrix, int firstRow, int rows, long query, float factor, long out) {
        try {
            ABSORB.invokeExact(code(matrix.dtype()), matrix.codes(), matrix.scales(), (long) matrix.cols(),
                (long) matrix.group(), (long) firstRow, (long) rows, query, factor, out);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long attendScratchBytes(int heads, CacheLayout layout) {
        try {
            return (long) ATTEND_SCRATCH_BYTES.invokeExact((long) heads, (long) layout.latent(),
                (long) layout.rope());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void attend(long query, int heads, long cache, CacheLayout layout, int positions, long out, long scratch) {
        try {
            ATTEND.invokeExact(query, (long) heads, cache, (long) layout.rowBytes(), layout.format().ordinal(),
                (long) layout.latent(), (long) layout.rope(), (long) positions, out, scratch);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void writeCacheRow(CacheLayout layout, long row, long to) {
        try {
            CACHE_WRITE.invokeExact(layout.format().ordinal(), (long) layout.latent(), (long) layout.rope(), row, to);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public boolean expandsKeys() {
        return true;
    }

    @Override
    public void unpackCache(CacheLayout layout, long rows, int count, MatrixAddress keyValueB, long latents,
                            long latentStride, long keys, long scratch) {
        try {
            CACHE_UNPACK.invokeExact(layout.format().ordinal(), (long) layout.latent(), (long) layout.rope(), rows,
                (long) layout.rowBytes(), (long) count, precision.ordinal(), keyValueB.packed() ? 1 : 0, latents,
                latentStride, keys, scratch);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long attendManyScratchBytes(int tokens, HeadShape shape) {
        try {
            return (long) ATTEND_MANY_SCRATCH_BYTES.invokeExact((long) tokens, (long) shape.nope(),
                (long) shape.rope(), (long) shape.value(), (long) shape.keyValueB().cols());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void attendMany(HeadShape shape, int head, long query, long queryStride, int tokens, int position,
                           Unpacked unpacked, long out, long outStride, long scratch) {
        MatrixAddress matrix = shape.keyValueB();
        try {
            ATTEND_MANY.invokeExact(query, queryStride, (long) tokens, (long) position, code(matrix.dtype()),
                precision.ordinal(), matrix.codes(), matrix.scales(), (long) matrix.cols(), (long) matrix.group(),
                (long) head * (shape.nope() + shape.value()), (long) shape.nope(), (long) shape.rope(),
                (long) shape.value(), unpacked.latents(), unpacked.latentStride(), unpacked.keys(), shape.scale(),
                out, outStride, scratch);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
