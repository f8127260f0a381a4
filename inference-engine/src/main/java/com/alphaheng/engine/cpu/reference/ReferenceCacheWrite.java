package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceCacheWrite {

    private ReferenceCacheWrite() { }

    static void run(CacheWrite op) {
        CacheLayer cache = op.cache();
        int latent = cache.layout().latent();
        int rope = cache.layout().rope();
        int position = op.control().buffer().readInt(Control.POSITION * 4L);
        for (int t = 0; t < op.tokenCount(); t++) {
            float[] row = new float[latent + rope];
            System.arraycopy(HostBuffer.floats(op.latent(), (long) t * latent, latent), 0, row, 0, latent);
            float[] key = HostBuffer.floats(op.keyValue(), (long) t * (latent + rope) + latent, rope);
            System.arraycopy(key, 0, row, latent, rope);
            CacheRows.write(cache, position + t, row);
        }
    }
}
