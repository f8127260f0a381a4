package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.backend.op.Route;

final class ReferenceNormRoute {

    private ReferenceNormRoute() { }

    static void run(NormRoute op) {
        int width = op.norm().length();
        ReferenceRmsNorm.run(new RmsNorm(op.label(), op.component(), op.in(), width, op.norm(), op.epsilon(),
            op.tokenCount(), op.normed(), width, 0));
        ReferenceRoute.run(new Route(op.label(), op.normed(), op.router(), op.bias(), op.rule(), op.tokenCount(),
            op.expertIds(), op.expertWeights()));
    }
}
