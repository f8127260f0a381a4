package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.engine.bench.BenchPrompts;
import com.alphaheng.engine.testing.ShippedModel;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// A decode step of 50 operations allocates no device buffer and no object of its own. What remains is less than one
/// small object per token: the queue node of a worker thread that had to park.
class AllocationTest {

    private static final int TOKENS = 64;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void greedyDecodeAllocatesNothing() {
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults())) {
            if (engine.backend().equals("reference")) {
                System.out.println("skipped: only the scalar reference runs here, and it allocates by design");
            }
            assumeTrue(!engine.backend().equals("reference"), "no fast back end here");
            try (Session session = engine.newSession(SessionOptions.greedy().withContext(1024))) {
                session.sync(new BenchPrompts(engine, 0).draw(0, 32));
                for (int i = 0; i < 4 * TOKENS; i++) {
                    session.next();
                }
                long device = engine.device().counters().bytesAllocated();
                // Measuring allocates as well, and so does the JVM now and then: the difference between many and few
                // tokens, the best of a few.
                long least = Long.MAX_VALUE;
                for (int round = 0; round < 3; round++) {
                    least = Math.min(least, heapBytes(session, TOKENS) - heapBytes(session, TOKENS / 8));
                }
                assertThat(engine.device().counters().bytesAllocated()).isEqualTo(device);
                assertThat(least / (TOKENS - TOKENS / 8)).as("heap bytes per token").isLessThan(64);
            }
        }
    }

    private static long heapBytes(Session session, int tokens) {
        long before = THREADS.getTotalThreadAllocatedBytes();
        for (int i = 0; i < tokens; i++) {
            session.next();
        }
        return THREADS.getTotalThreadAllocatedBytes() - before;
    }
}
