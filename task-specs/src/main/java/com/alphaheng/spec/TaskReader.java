package com.alphaheng.spec;

import com.alphaheng.spec.MappingReader.Text;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One entry of `tasks` to a [TaskSpec]. `schema/task-file.schema.json` says the same in JSON Schema; a test holds the
/// two together.
final class TaskReader {
    static final List<String> KEYS = List.of("name", "prompt", "priority", "dependencies", "verify_command", "kind",
            "category", "requires", "backends", "timeout", "retries", "touches", "budget", "benchmark", "tune",
            "artifacts");
    private static final Map<String, Priority> PRIORITIES = words(Priority.values(), Priority::name);
    private static final Map<String, TaskKind> KINDS = words(TaskKind.values(), TaskKind::word);
    private static final Map<String, Category> CATEGORIES = words(Category.values(), Category::word);
    private static final Map<String, TuneSpec.Search> SEARCHES = words(TuneSpec.Search.values(),
            TuneSpec.Search::word);
    private static final int MOST_TRIALS = 10_000;
    private static final int DEFAULT_TRIALS = 20;
    private static final Map<String, BenchmarkSpec.Better> DIRECTIONS =
            words(BenchmarkSpec.Better.values(), better -> better.name().toLowerCase(Locale.ROOT));
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{N}_]([\\p{L}\\p{N} ._:+@#,()=-]{0,118}[\\p{L}\\p{N}._+)-])?");
    private static final Pattern GLOB = Pattern.compile("(?!/)(?!(.*/)?\\.\\.(/|$)).+");
    private static final String DURATION_FIX = "write a duration such as 90s, 10m or 1h30m";
    private static final BigDecimal MOST_DOLLARS = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal MOST_EFFECT = BigDecimal.valueOf(100);
    private static final double DEFAULT_MINIMUM_EFFECT = 0.02;
    private static final int MOST_RETRIES = 100;

    private final String file;
    private final TaskFileLimits limits;
    private final Problems problems;

    TaskReader(String file, TaskFileLimits limits, Problems problems) {
        this.file = file;
        this.limits = limits;
        this.problems = problems;
    }

    private static <T> Map<String, T> words(T[] values, Function<T, String> word) {
        return Arrays.stream(values).collect(Collectors.toMap(word, Function.identity(), (one, two) -> one,
                LinkedHashMap::new));
    }

    /// A task as read, with the place of each dependency. What was wrong has been reported and is left at its default.
    record Draft(TaskSpec task, Map<String, SourceLocation> dependencies) {
    }

    /// Empty if the entry has no usable name: then nothing else can refer to it.
    Optional<Draft> read(Node node) {
        return MappingReader.of(node, file, "a task", KEYS, problems).flatMap(this::read);
    }

    private Optional<Draft> read(MappingReader task) {
        Optional<String> name = name(task);
        String owner = name.map(known -> "task '" + known + "'").orElse("this task");
        Optional<TaskKind> kind = task.word("kind", KINDS, "bad-value");
        boolean kindUnknown = kind.isEmpty() && task.value("kind").isPresent();
        Optional<String> prompt = longText(task, "prompt");
        Optional<String> verify = longText(task, "verify_command");
        Optional<BenchmarkSpec> benchmark = task.mapping("benchmark", List.of("command", "baseline_command", "metric",
                "better", "minimum_effect", "stage", "paired", "turns")).flatMap(reader -> benchmark(reader, kind));
        Optional<TuneSpec> tune = task.mapping("tune", List.of("parameters", "constraints", "search", "trials", "seed",
                "commit", "workers")).map(this::tune);
        if (!kindUnknown) {
            requireForKind(task, kind.orElse(TaskKind.AGENT), owner);
        }
        Map<String, SourceLocation> dependencies = dependencies(task);
        TaskSpec spec = new TaskSpec(name.orElse(""), prompt.orElse(""),
                task.word("priority", PRIORITIES, "bad-priority").orElse(Priority.P1),
                List.copyOf(dependencies.keySet()), verify, kind.orElse(TaskKind.AGENT),
                task.word("category", CATEGORIES, "bad-value").orElse(Category.OTHER), requirements(task),
                texts(task, "backends"), duration(task, "timeout", false).orElse(TaskSpec.DEFAULT_TIMEOUT),
                retries(task), globs(task, "touches"), budget(task), benchmark, tune, globs(task, "artifacts"),
                place(task.node()));
        return name.map(known -> new Draft(spec, dependencies));
    }

    private Map<String, SourceLocation> dependencies(MappingReader task) {
        Map<String, SourceLocation> dependencies = new LinkedHashMap<>();
        for (Text text : task.texts("dependencies", limits.shortTextLength())) {
            if (dependencies.putIfAbsent(text.value(), place(text.node())) != null) {
                problems.warning(place(text.node()), "duplicate-dependency", "the dependency '"
                        + MappingReader.abbreviated(text.value()) + "' is there twice", "keep one of them");
            }
        }
        return dependencies;
    }

    private Optional<String> name(MappingReader task) {
        if (task.value("name").isEmpty()) {
            problems.error(file, task.node(), "missing-key", "a task has no name", "add 'name: some-name'");
            return Optional.empty();
        }
        return task.text("name", Integer.MAX_VALUE).flatMap(text -> {
            if (!NAME.matcher(text.value()).matches()) {
                problems.error(file, text.node(), "bad-name", "the name '" + MappingReader.abbreviated(text.value())
                        + "' cannot be used", "begin with a letter or digit (of any script), go on with those, blanks "
                        + "or ._:+@#,()=-, 120 characters at most");
                return Optional.empty();
            }
            return Optional.of(text.value());
        });
    }

    private Optional<String> longText(MappingReader task, String key) {
        return task.text(key, limits.textLength()).map(Text::value).filter(text -> !text.isBlank());
    }

    private void requireForKind(MappingReader task, TaskKind kind, String owner) {
        switch (kind) {
            case AGENT -> requireText(task, "prompt", owner, "what an agent is to do");
            case VERIFY -> requireText(task, "verify_command", owner, "the command that verifies");
            case BENCHMARK -> {
                if (task.value("benchmark").isEmpty()) {
                    problems.error(file, task.node(), "missing-key", owner + " is a benchmark without 'benchmark'",
                            "add 'benchmark:' with a command");
                }
            }
            case TUNE -> {
                for (String key : List.of("tune", "benchmark")) {
                    if (task.value(key).isEmpty()) {
                        problems.error(file, task.node(), "missing-key", owner + " is a search without '" + key + "'",
                                "add '" + key + ":' with " + (key.equals("tune") ? "parameters and a commit command"
                                        : "the command that measures a configuration"));
                    }
                }
            }
        }
    }

    private TuneSpec tune(MappingReader tune) {
        List<Text> parameters = tune.texts("parameters", limits.shortTextLength());
        if (parameters.isEmpty()) {
            problems.error(file, tune.node(), "missing-key", "tune has no parameters",
                    "add 'parameters:' with a list such as [\"cpu.spins = 0, 1000, 4000\"]");
        }
        if (tune.value("commit").isEmpty()) {
            problems.error(file, tune.node(), "missing-key", "tune has no commit",
                    "add 'commit:' with the command that enters $HENG_TUNING into the source");
        }
        int trials = tune.wholeNumber("trials", 1, MOST_TRIALS).map(Long::intValue).orElse(DEFAULT_TRIALS);
        int workers = tune.wholeNumber("workers", 1, SpreadSearch.MOST_WORKERS).map(Long::intValue).orElse(1);
        if (workers > 1 && trials > SpreadSearch.MOST_TRIALS) {
            tune.badValue(tune.value("trials").orElseThrow(), "a search spread over workers has at most "
                    + SpreadSearch.MOST_TRIALS + " trials", "lower trials, or remove workers");
        }
        return new TuneSpec(parsed(tune, parameters, TuneParameter::parse,
                "write \"name = 1, 2, 3\" or \"name = 16..256 step 16\""),
                parsed(tune, tune.texts("constraints", limits.shortTextLength()), text ->
                        TuneConstraint.FORM.matcher(text).matches() ? Optional.of(new TuneConstraint(text))
                                : Optional.empty(), "write \"a * b <= 512\""),
                tune.word("search", SEARCHES, "bad-value").orElse(TuneSpec.Search.RANDOM),
                trials, tune.wholeNumber("seed", 0, Integer.MAX_VALUE).orElse(1L),
                longText(tune, "commit").orElse(""), workers, Optional.empty());
    }

    private static <T> List<T> parsed(MappingReader tune, List<Text> texts, Function<String, Optional<T>> form,
                                      String fix) {
        List<T> values = new ArrayList<>();
        for (Text text : texts) {
            form.apply(text.value()).ifPresentOrElse(values::add, () -> tune.badValue(text.node(), "'"
                    + MappingReader.abbreviated(text.value()) + "' is not understood, or stands for no value", fix));
        }
        return values;
    }

    private void requireText(MappingReader task, String key, String owner, String meaning) {
        boolean blank = task.value(key).map(node -> node instanceof ScalarNode text && text.getValue().isBlank())
                .orElse(true);
        if (blank) {
            problems.error(file, task.node(), "missing-key", owner + " has no " + key,
                    "add '" + key + ": |' with " + meaning + " in the lines below");
        }
    }

    private Optional<BenchmarkSpec> benchmark(MappingReader benchmark, Optional<TaskKind> kind) {
        Optional<Text> command = benchmark.text("command", limits.textLength());
        if (benchmark.value("command").isEmpty() || command.filter(text -> text.value().isBlank()).isPresent()) {
            problems.error(file, benchmark.node(), "missing-key", "benchmark has no command",
                    "add 'command:' with the measurement to run");
        }
        Optional<String> baseline = longText(benchmark, "baseline_command");
        Optional<String> metric = shortText(benchmark, "metric");
        Optional<BenchmarkSpec.Better> better = benchmark.word("better", DIRECTIONS, "bad-value");
        Optional<Double> effect = fraction(benchmark, "minimum_effect", MOST_EFFECT);
        Optional<String> stage = shortText(benchmark, "stage");
        boolean paired = benchmark.flag("paired");
        if (paired && baseline.isPresent()) {
            benchmark.badValue(benchmark.value("paired").orElseThrow(), "a paired command measures the base itself",
                    "remove baseline_command, or paired");
        }
        if (paired && kind.filter(TaskKind.BENCHMARK::equals).isEmpty()) {
            benchmark.badValue(benchmark.value("paired").orElseThrow(), "paired compares two settings of one build, "
                    + "but a change is measured against another build", "remove paired, or write kind: benchmark");
        }
        int turns = benchmark.wholeNumber("turns", 2, BenchmarkSpec.MOST_TURNS).map(Long::intValue).orElse(0);
        if (paired && turns > 0) {
            benchmark.badValue(benchmark.value("turns").orElseThrow(), "a paired command takes its turns itself",
                    "remove turns, or paired");
        } else if (turns > 0 && baseline.isEmpty() && kind.filter(TaskKind.BENCHMARK::equals).isPresent()) {
            benchmark.badValue(benchmark.value("turns").orElseThrow(), "there is nothing to take turns with",
                    "add baseline_command, or remove turns");
        }
        return command.map(text -> new BenchmarkSpec(text.value(), baseline, metric.orElse("decode_tokens_per_second"),
                better.orElse(BenchmarkSpec.Better.HIGHER), effect.orElse(DEFAULT_MINIMUM_EFFECT), stage, paired,
                turns));
    }

    private Optional<String> shortText(MappingReader mapping, String key) {
        return mapping.text(key, limits.shortTextLength()).flatMap(text -> {
            if (text.value().isBlank()) {
                mapping.badValue(text.node(), key + " is empty", "write something, or leave the key out");
                return Optional.empty();
            }
            return Optional.of(text.value());
        });
    }

    private Requirements requirements(MappingReader task) {
        return task.mapping("requires", List.of("labels", "gpu_cores", "memory")).map(requires -> new Requirements(
                requires.value("labels").map(this::labels).orElse(Map.of()),
                requires.wholeNumber("gpu_cores", 0, 100_000).orElse(0L).intValue(),
                requires.parsed("memory", Quantities::memory, "write a size such as 16GB").orElse(0L)))
                .orElse(Requirements.NONE);
    }

    private Map<String, String> labels(Node node) {
        if (!(node instanceof MappingNode mapping) || !node.getTag().equals(Tag.MAP)) {
            problems.error(file, node, "wrong-type", "labels must be a mapping, not " + MappingReader.describe(node),
                    "write labels: {os: macos}");
            return Map.of();
        }
        Map<String, String> labels = new LinkedHashMap<>();
        MappingReader.freeEntries(mapping, file, "labels", problems).forEach((key, entry) ->
                label(key, entry).ifPresent(value -> labels.put(key, value)));
        return labels;
    }

    private Optional<String> label(String key, NodeTuple entry) {
        Node value = entry.getValueNode();
        if (value instanceof ScalarNode scalar && value.getTag().equals(Tag.STR)) {
            return Optional.of(scalar.getValue());
        }
        problems.error(file, value, "wrong-type", "the label " + MappingReader.abbreviated(key) + " must be text, not "
                + MappingReader.describe(value), "put the value in quotes");
        return Optional.empty();
    }

    private RetryPolicy retries(MappingReader task) {
        RetryPolicy standard = RetryPolicy.DEFAULT;
        Optional<Node> value = task.value("retries");
        if (value.isPresent() && !(value.get() instanceof MappingNode)) {
            int most = task.wholeNumber("retries", 0, MOST_RETRIES).map(Long::intValue).orElse(standard.maxRetries());
            return new RetryPolicy(most, standard.backoff(), standard.maxBackoff(), standard.jitter());
        }
        List<String> keys = List.of("max", "backoff", "max_backoff", "jitter");
        return task.mapping("retries", keys).map(retries -> new RetryPolicy(
                retries.wholeNumber("max", 0, MOST_RETRIES).map(Long::intValue).orElse(standard.maxRetries()),
                duration(retries, "backoff", true).orElse(standard.backoff()),
                duration(retries, "max_backoff", true).orElse(standard.maxBackoff()),
                fraction(retries, "jitter", BigDecimal.ONE).orElse(standard.jitter()))).orElse(standard);
    }

    private Budget budget(MappingReader task) {
        return task.mapping("budget", List.of("usd", "tokens", "time")).map(budget -> new Budget(
                budget.number("usd", BigDecimal.ZERO, MOST_DOLLARS),
                budget.wholeNumber("tokens", 0, 1_000_000_000_000L),
                duration(budget, "time", false))).orElse(Budget.NONE);
    }

    private static Optional<Double> fraction(MappingReader mapping, String key, BigDecimal most) {
        return mapping.isNumber(key) ? mapping.number(key, BigDecimal.ZERO, most).map(BigDecimal::doubleValue)
                : mapping.parsed(key, text -> Quantities.percentage(text).filter(value ->
                value <= most.doubleValue()), "write a fraction such as 0.02, or 2%");
    }

    private Optional<Duration> duration(MappingReader mapping, String key, boolean zeroAllowed) {
        return mapping.parsed(key, text -> Quantities.duration(text)
                .filter(duration -> zeroAllowed || duration.isPositive()), DURATION_FIX);
    }

    private List<String> texts(MappingReader task, String key) {
        return task.texts(key, limits.shortTextLength()).stream().map(Text::value).toList();
    }

    private List<String> globs(MappingReader task, String key) {
        List<Text> globs = task.texts(key, limits.shortTextLength());
        for (Text glob : globs) {
            if (!GLOB.matcher(glob.value()).matches()) {
                task.badValue(glob.node(), "the glob '" + MappingReader.abbreviated(glob.value()) + "' in " + key
                        + " leaves the work folder or is empty", "write it relative to the repository, without '..'");
            }
        }
        return globs.stream().map(Text::value).toList();
    }

    private SourceLocation place(Node node) {
        return new SourceLocation(file, MappingReader.line(node),
                node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0));
    }
}
