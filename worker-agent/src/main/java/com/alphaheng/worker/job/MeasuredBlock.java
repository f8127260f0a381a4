package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.worker.job.measure.SessionRecord;
import java.util.List;
import java.util.Optional;

/// One block of a comparison.
///
/// @param runs        in their order
/// @param ofBase      metrics of each of the base's runs
/// @param ofCandidate metrics of each of the candidate's
/// @param ratio       of the compared metric, candidate over base
record MeasuredBlock(List<SessionRecord.Run> runs, List<List<Metric>> ofBase, List<List<Metric>> ofCandidate,
                     double ratio) {
    MeasuredBlock {
        runs = List.copyOf(runs);
        ofBase = List.copyOf(ofBase);
        ofCandidate = List.copyOf(ofCandidate);
    }

    /// The metric that is compared.
    ///
    /// @param what names the command in messages
    /// @throws StepEnded if it is not there, or not above 0
    static double value(List<Metric> metrics, String name, String what) throws StepEnded {
        Optional<Metric> metric = metrics.stream().filter(m -> m.name().equals(name)).findFirst();
        if (metric.isEmpty() || metric.get().value() <= 0) {
            String found = metrics.isEmpty() ? "nothing was written"
                    : "found " + metrics.stream().map(m -> m.name() + " = " + m.value()).toList();
            throw new StepEnded(new StepResult(AttemptResult.Outcome.VERIFICATION_FAILED, what
                    + " must write the metric '" + name + "' with a value above 0 into $HENG_METRICS; " + found,
                    Optional.of(0), List.of()));
        }
        return metric.get().value();
    }
}
