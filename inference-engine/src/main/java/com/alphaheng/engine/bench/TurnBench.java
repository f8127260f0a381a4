package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Measures an engine whenever it is its turn, with everything warm: for a comparison with another process that waits
/// meanwhile. Owns its session.
public final class TurnBench implements AutoCloseable {
    private final Engine engine;
    private final EngineBench.Plan plan;
    private final BenchPrompts prompts;
    private final DecodeRun run;
    private boolean warm;

    /// @param plan its first context is measured, with its number of samples in each turn
    public TurnBench(Engine engine, EngineBench.Plan plan) {
        this.engine = engine;
        this.plan = plan;
        this.prompts = new BenchPrompts(engine, plan.seed());
        this.run = new DecodeRun(engine, prompts, Math.max(plan.contexts().getFirst(), 1), plan.tokens());
    }

    /// One turn; the first warms up before. Components are not timed: that would slow the rest down.
    ///
    /// @param seed of this turn's prompts
    public EngineBench.Frontier turn(long seed) {
        if (!warm) {
            DecodeRun.warmUp(plan.tokens(), run);
            warm = true;
        }
        run.reseed(prompts.withSeed(seed));
        List<DecodeRun.Sample> samples = new ArrayList<>();
        Map<String, Long> before = engine.device().operationsByKind();
        for (int i = 0; i < plan.samples(); i++) {
            samples.add(run.measure(plan.tokens()));
        }
        Map<String, Long> after = engine.device().operationsByKind();
        return new EngineBench.Frontier(plan.contexts().getFirst(), new EngineBench(engine, plan)
            .metrics(plan.contexts().getFirst(), samples, samples, Map.of()), ExecutionRecord.since(before, after));
    }

    @Override
    public void close() {
        run.close();
    }
}
