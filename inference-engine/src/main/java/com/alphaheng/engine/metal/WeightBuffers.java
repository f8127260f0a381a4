package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.metal.objc.ObjectiveC;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Weights;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The model's weights as the GPU sees them: views of the mapped files, made when a tensor is first asked for and
/// never longer than the GPU's largest buffer. Nothing is copied, except norms and biases (Metal wraps mapped memory
/// only, and theirs was allocated) and tensors that the GPU cannot read where they lie. Thread-safe. The mappings must
/// outlive it.
final class WeightBuffers implements AutoCloseable {
    /// A tensor's place.
    record Place(MetalBuffer buffer, long offset) { }

    /// A matrix's codes and scales. Of a float type, the scales are the codes again: the kernels do not look at them.
    record MatrixPlace(Place codes, Place scales) { }

    private record View(MetalBuffer buffer, long address) {
        boolean holds(long first, long bytes) {
            return first >= address && first + bytes <= address + buffer.byteSize();
        }
    }

    // What the widest load of a kernel (16 bytes of codes) and the binding of a buffer ask for.
    private static final int ALIGNMENT = 16;

    private final MetalDevice device;
    private final List<MemorySegment> mappings;
    private final long maxBufferBytes;
    private final MetalResidencySet residency;
    /// The longest view from each address on.
    private final TreeMap<Long, View> views = new TreeMap<>();
    private final List<MetalBuffer> owned = new ArrayList<>();
    private final Map<Long, MetalBuffer> copies = new HashMap<>();
    private long copiedBytes;
    /// The block of norms and biases, and its copy once one of them was asked for.
    private final MemorySegment vectors;
    private MetalBuffer vectorCopy;

    /// @param weights whose files and vectors are wrapped; null for none
    /// @param residency holds every buffer made here; null where the system has no such sets
    WeightBuffers(MetalDevice device, Weights weights, MetalResidencySet residency) {
        this.device = device;
        this.maxBufferBytes = device.capabilities().maxBufferBytes();
        this.residency = residency;
        this.mappings = weights == null ? List.of() : weights.files();
        this.vectors = weights == null ? MemorySegment.NULL : weights.vectors();
    }

    MatrixPlace matrix(Matrix matrix) {
        Place codes = tensor(matrix.name(), matrix.codes());
        return new MatrixPlace(codes, matrix.quantized() ? tensor(matrix.name() + " scales", matrix.scales()) : codes);
    }

    /// All experts, one after the other. Copied together where the checkpoint has them apart.
    synchronized MatrixPlace experts(ExpertMatrices experts) {
        if (experts.stacked() != null) {
            return matrix(experts.stacked());
        }
        Matrix first = experts.expert(0);
        Place codes = copy(first.name() + " and the other experts",
                experts.each().stream().map(Matrix::codes).toList());
        if (!first.quantized()) {
            return new MatrixPlace(codes, codes);
        }
        return new MatrixPlace(codes, copy(first.name() + " and the other experts' scales",
                experts.each().stream().map(Matrix::scales).toList()));
    }

    /// Where a tensor lies.
    ///
    /// @throws DeviceException it is larger than the GPU's largest buffer
    synchronized Place tensor(String name, MemorySegment tensor) {
        long address = tensor.address();
        if (tensor.isNative() && address >= vectors.address() && address < vectors.address() + vectors.byteSize()) {
            return new Place(vectorCopy(), address - vectors.address());
        }
        if (!tensor.isNative() || address % ALIGNMENT != 0 && address % 4 != 0) {
            return copy(name, List.of(tensor));
        }
        if (address % ALIGNMENT != 0 && !name.endsWith(" scales")) {
            return copy(name, List.of(tensor));
        }
        Map.Entry<Long, View> near = views.floorEntry(address);
        if (near == null || !near.getValue().holds(address, tensor.byteSize())) {
            View view = newView(name, tensor);
            views.put(view.address(), view);
            return new Place(view.buffer(), address - view.address());
        }
        return new Place(near.getValue().buffer(), address - near.getValue().address());
    }

    private MetalBuffer vectorCopy() {
        if (vectorCopy == null) {
            vectorCopy = device.buffer("norms and biases", vectors.byteSize(), MetalBuffer.Storage.SHARED);
            vectorCopy.contents().copyFrom(vectors);
            keep(vectorCopy);
        }
        return vectorCopy;
    }

    /// A view from the tensor's first page on, as far as its mapping and the GPU allow: its neighbours will want it.
    private View newView(String name, MemorySegment tensor) {
        long page = ObjectiveC.pageSize();
        long begin = tensor.address() / page * page;
        long wanted = tensor.address() + tensor.byteSize();
        long end = (wanted + page - 1) / page * page;
        if (end - begin > maxBufferBytes) {
            throw new DeviceException(name + " has " + tensor.byteSize() + " bytes, this GPU's largest buffer "
                    + maxBufferBytes + ": the model does not fit it");
        }
        for (MemorySegment mapping : mappings) {
            long mappingEnd = mapping.address() + mapping.byteSize();
            if (begin >= mapping.address() && wanted <= mappingEnd) {
                long longest = begin + maxBufferBytes / page * page;
                end = Math.max(end, Math.min(longest, (mappingEnd + page - 1) / page * page));
            }
        }
        MetalBuffer buffer = device.bufferNoCopy("weights from " + name, MemorySegment.ofAddress(begin)
                .reinterpret(end - begin));
        keep(buffer);
        return new View(buffer, begin);
    }

    private Place copy(String name, List<MemorySegment> parts) {
        // A place in memory is as good a name as any; a tensor without one (a heap array) is copied each time.
        long key = parts.getFirst().isNative() ? parts.getFirst().address() : -1 - copies.size();
        MetalBuffer known = copies.get(key);
        if (known == null) {
            long bytes = parts.stream().mapToLong(MemorySegment::byteSize).sum();
            known = device.buffer(name, bytes, MetalBuffer.Storage.SHARED);
            long offset = 0;
            for (MemorySegment part : parts) {
                MemorySegment.copy(part, 0, known.contents(), offset, part.byteSize());
                offset += part.byteSize();
            }
            copiedBytes += bytes;
            copies.put(key, known);
            keep(known);
        }
        return new Place(known, 0);
    }

    private void keep(MetalBuffer buffer) {
        owned.add(buffer);
        if (residency != null) {
            residency.add(List.of(buffer));
        }
    }

    /// Bytes of tensors that had to be copied, norms and biases left out.
    synchronized long copiedBytes() {
        return copiedBytes;
    }

    /// Number of views of the mapped files.
    synchronized int views() {
        return views.size();
    }

    @Override
    public synchronized void close() {
        owned.forEach(MetalBuffer::close);
        owned.clear();
        views.clear();
        copies.clear();
    }
}
