package com.alphaheng.worker.job.tune;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.measure.MetricsDocument;
import java.util.Map;
import java.util.Optional;

/// Runs a search's commands for one configuration and reads what they say.
public final class ConfigurationRun {
    /// The configuration that a command is to use; not set where the source is measured as it is.
    private static final String VARIABLE = "HENG_TUNING";

    private final Optional<String> verify;
    private final BenchmarkSpec benchmark;
    private final Sealed sealed;

    /// @param task   with a benchmark
    /// @param sealed runs a command cut off from the network, in the checkout that is searched
    public ConfigurationRun(TaskSpec task, Sealed sealed) {
        this.verify = task.verifyCommand();
        this.benchmark = task.benchmark().orElseThrow();
        this.sealed = sealed;
    }

    /// Port: a shell command with these variables besides the usual ones.
    @FunctionalInterface
    public interface Sealed {
        Commands.Outcome run(String script, Map<String, String> more) throws EnvironmentFailure;
    }

    /// What came of a configuration.
    public sealed interface Tried {
        /// It was measured, above 0.
        record Measured(double value) implements Tried {
        }

        /// It is wrong, or there is no measurement; a result as good as any.
        record Refused(String note) implements Tried {
        }

        /// The command was killed, which says nothing about the configuration.
        record Interrupted(Commands.Killed killed) implements Tried {
        }
    }

    /// Verifies a configuration.
    ///
    /// @return what is against it; empty if it may be measured
    public Optional<Tried> verify(Map<String, String> configuration) throws EnvironmentFailure {
        return verify.isEmpty() ? Optional.empty() : switch (run(verify.get(), configuration)) {
            case Commands.Killed killed -> Optional.of(new Tried.Interrupted(killed));
            case Commands.Exited exited when exited.status() != 0 -> Optional.of(new Tried.Refused(
                    "not verified: the verify command " + ending(exited)));
            case Commands.Exited _ -> Optional.empty();
        };
    }

    /// Measures a configuration.
    public Tried measure(Map<String, String> configuration) throws EnvironmentFailure {
        return measured(benchmark.command(), run(benchmark.command(), configuration));
    }

    /// Measures the source as it is.
    public Tried measureBase() throws EnvironmentFailure {
        return measured(baseScript(), sealed.run(baseScript(), Map.of()));
    }

    /// The command that measures the source as it is.
    public String baseScript() {
        return benchmark.baselineCommand().orElse(benchmark.command());
    }

    private Commands.Outcome run(String script, Map<String, String> configuration) throws EnvironmentFailure {
        return sealed.run(script, variables(configuration));
    }

    /// By which a command knows a configuration.
    public static Map<String, String> variables(Map<String, String> configuration) {
        return Map.of(VARIABLE, Trial.text(configuration));
    }

    private Tried measured(String script, Commands.Outcome outcome) {
        String what = script.equals(benchmark.command()) ? "the benchmark command " : "the baseline command ";
        return switch (outcome) {
            case Commands.Killed killed -> new Tried.Interrupted(killed);
            case Commands.Exited exited when exited.status() != 0 -> new Tried.Refused(what + ending(exited));
            case Commands.Exited exited -> value(exited).<Tried>map(Tried.Measured::new).orElseGet(() ->
                    new Tried.Refused(what + "wrote no metric '" + benchmark.metric()
                            + "' above 0 into $HENG_METRICS"));
        };
    }

    private Optional<Double> value(Commands.Exited exited) {
        try {
            return exited.metrics().isEmpty() ? Optional.empty()
                    : MetricsDocument.parse(exited.metrics().get()).stream()
                    .filter(metric -> metric.name().equals(benchmark.metric()) && metric.value() > 0)
                    .map(Metric::value).findFirst();
        } catch (MetricsDocument.BadMetrics e) {
            return Optional.empty();
        }
    }

    /// How a command ended that did not succeed.
    public static String ending(Commands.Exited exited) {
        return "ended with exit status " + exited.status()
                + (exited.lastLines().isEmpty() ? "" : ", " + exited.lastLines().getLast());
    }
}
