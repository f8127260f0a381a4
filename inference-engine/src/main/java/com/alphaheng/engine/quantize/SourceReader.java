package com.alphaheng.engine.quantize;

import com.alphaheng.engine.format.Checkpoint;
import com.alphaheng.engine.format.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads pieces of a checkpoint's mapped tensors through the file instead of the mapping: the pages of a checkpoint
/// larger than memory then stay the file cache's and do not count as this process's.
final class SourceReader implements AutoCloseable {

    private final Map<MemorySegment, FileChannel> channels = new LinkedHashMap<>();

    /// @param mappings of the files of `checkpoint`, in the same order
    SourceReader(Checkpoint checkpoint, List<MemorySegment> mappings) throws IOException {
        for (int i = 0; i < mappings.size(); i++) {
            SafetensorsFile file = checkpoint.files().get(i);
            channels.put(mappings.get(i), FileChannel.open(file.path(), StandardOpenOption.READ));
        }
    }

    /// Fills `target` with the bytes from `offset` on of the tensor that `tensor` maps, and flips it.
    void read(MemorySegment tensor, long offset, ByteBuffer target) throws IOException {
        for (Map.Entry<MemorySegment, FileChannel> entry : channels.entrySet()) {
            long start = tensor.address() - entry.getKey().address();
            if (start >= 0 && start + tensor.byteSize() <= entry.getKey().byteSize()) {
                while (target.hasRemaining()) {
                    if (entry.getValue().read(target, start + offset + target.position()) < 0) {
                        throw new IOException("the checkpoint became shorter while it was read");
                    }
                }
                target.flip();
                return;
            }
        }
        throw new IllegalArgumentException("a tensor outside the checkpoint's files");
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : channels.values()) {
            channel.close();
        }
    }
}
