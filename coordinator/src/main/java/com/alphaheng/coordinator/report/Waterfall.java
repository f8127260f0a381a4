package com.alphaheng.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// From the first base to the last value in steps that add up: what each stage gained over the base measured beside it,
/// and between two stages what the base had moved since the stage before was measured (another session, other work on
/// the machine, changes merged without a measurement).
///
/// @param start where it begins: the first stage's base
/// @param end   where it ends: the last stage's value
public record Waterfall(String unit, double start, List<Step> steps, double end) {
    public Waterfall {
        steps = List.copyOf(steps);
    }

    /// @param label  the stage, or what stands between two
    /// @param change in the metric's unit
    /// @param gain   whether this is a stage's own, measured gain
    public record Step(String label, double change, boolean gain) {
    }

    /// Empty without a stage that was measured against its base. Stages in another unit than the first are left out.
    public static Optional<Waterfall> of(List<Bar> bars) {
        List<Bar> compared = bars.stream().filter(bar -> bar.baselineValue().isPresent()).toList();
        List<Bar> chain = compared.stream().filter(bar -> bar.metric().equals(compared.getFirst().metric())
                && bar.unit().equals(compared.getFirst().unit())).toList();
        if (chain.isEmpty()) {
            return Optional.empty();
        }
        double start = chain.getFirst().baselineValue().orElseThrow();
        double at = start;
        List<Step> steps = new ArrayList<>();
        for (Bar bar : chain) {
            double base = bar.baselineValue().orElseThrow();
            if (bar != chain.getFirst()) {
                steps.add(new Step("between the sessions", base - at, false));
            }
            steps.add(new Step(bar.stage(), bar.value() - base, true));
            at = bar.value();
        }
        return Optional.of(new Waterfall(chain.getFirst().unit(), start, steps, at));
    }

    /// What the stages gained by their own measurements.
    public double gained() {
        return steps.stream().filter(Step::gain).mapToDouble(Step::change).sum();
    }

    /// What lies between the sessions.
    public double drift() {
        return steps.stream().filter(step -> !step.gain()).mapToDouble(Step::change).sum();
    }

    /// What start, gains and drift leave unexplained of the end: nothing but rounding, or a report must not be written.
    double unexplained() {
        return end - start - gained() - drift();
    }
}
