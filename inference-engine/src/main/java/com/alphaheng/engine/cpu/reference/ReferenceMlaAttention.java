package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceMlaAttention {

    private ReferenceMlaAttention() { }

    static void run(MlaAttention op) {
        MlaShape shape = op.shape();
        long bytes = 4L * op.tokenCount() * shape.heads() * shape.latent();
        try (HostBuffer absorbed = new HostBuffer("absorbed query", bytes);
             HostBuffer latent = new HostBuffer("attended latent", bytes)) {
            ReferenceAbsorbQuery.run(new AbsorbQuery(op.label(), op.query(), op.keyValueB(), shape, op.tokenCount(),
                absorbed));
            ReferenceLatentAttention.run(new LatentAttention(op.label(), absorbed, op.query(), op.cache(), shape,
                op.control(), op.tokenCount(), latent));
            ReferenceExpandValue.run(new ExpandValue(op.label(), latent, op.keyValueB(), shape, op.tokenCount(),
                op.out()));
        }
    }
}
