package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The ways in which an attempt of [LeakTest] is made to end: by its verify command, by the edits of its prompt, by a
/// fake agent, by a measurement, or with its worker. Of the two runs that a batch gives to each agent one does not
/// count against it, so that its circuit stays closed.
enum AttemptEnding {
    SUCCESS(Outcome.SUCCEEDED, "", "echo fine; mktemp -d; mktemp"),
    FAILURE(Outcome.VERIFICATION_FAILED, "exit status 7", "exit 7"),
    CRASH(Outcome.VERIFICATION_FAILED, "exit status 139", "kill -SEGV $$"),
    DAEMON(Outcome.SUCCEEDED, "", "(setsid bash -c 'sleep 1789' > /dev/null 2>&1 &); sleep 0.1"),
    TIME_LIMIT(Outcome.TIMED_OUT, "", "sleep 1789 & sleep 1789"),
    CANCEL(Outcome.STOPPED, "", "(setsid sleep 1789 &); sleep 1789"),
    FILES(Outcome.SUCCEEDED, "", "mkdir -p a/b && touch a/b/c && chmod -R a-w a && cp -r /etc/default $TMPDIR/"),
    MERGE(Outcome.SUCCEEDED, "merged as", "grep -q '^merged$' [!t]*.txt && ! grep -qv '^merged$' [!t]*.txt"),
    /// Asserts that it is cut off, and leaves files wherever it can. Only where the worker confines writes.
    SEALED(Outcome.SUCCEEDED, "merged as", """
            [ "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')" = lo ] || { echo "sees a network"; exit 1; }
            [ ! -e "WORK/worker.lock" ] || { echo "sees the worker's folder"; exit 1; }
            for folder in FOLDERS; do touch "$folder/MARK" || true; done
            grep -q '^merged$' merged-SEALED-*.txt && ! grep -qv '^merged$' merged-SEALED-*.txt
            """),
    REJECTED_BY_A_RULE(Outcome.AGENT_FAILED, "protected-path", "true"),
    REJECTED_FOR_A_DAEMON(Outcome.AGENT_FAILED, "left-processes", "bash kernel*.sh | grep -q 42"),
    BENCHMARK(Outcome.SUCCEEDED, "", "true"),
    TUNE(Outcome.SUCCEEDED, "merged as", "[ -n \"${HENG_TUNING-}\" ] || grep -q '^tile=2$' "),
    AGENT_CRASHES(Outcome.AGENT_FAILED, "crashing: crash", "true", "crashing", "crashes"),
    AGENT_LEAVES_A_DAEMON(Outcome.SUCCEEDED, "merged as", MERGE.verify, "crashing", "spawns-a-daemon"),
    AGENT_HANGS(Outcome.AGENT_FAILED, "hanging: hang", "true", "hanging", "hangs-silently"),
    AGENT_CHANGES_NOTHING(Outcome.AGENT_FAILED, "no change", "true", "hanging", "changes-nothing"),
    AGENT_FILLS_THE_DISK(Outcome.AGENT_FAILED, "disk quota", "true", "filling", "fills-the-disk"),
    AGENT_EMITS_GARBAGE(Outcome.AGENT_FAILED, "bad output", "true", "filling", "emits-garbage"),

    /// Those from here on run or wait when the worker is killed, and are never reported.
    KILLED_WHILE_VERIFYING(Outcome.STOPPED, "", CANCEL.verify),
    KILLED_IN_THE_SANDBOX(Outcome.STOPPED, "", CANCEL.verify),
    KILLED_WITH_ITS_AGENT(Outcome.STOPPED, "", "true", "patient", "hangs-silently"),
    KILLED_WHILE_MEASURING(Outcome.STOPPED, "", "true"),
    KILLED_WHILE_WAITING(Outcome.STOPPED, "", "true");

    /// Those that fill the worker's slots when it is killed.
    static final List<AttemptEnding> KILLED_RUNNING = List.of(KILLED_WHILE_VERIFYING, KILLED_IN_THE_SANDBOX,
            KILLED_WITH_ITS_AGENT, KILLED_WHILE_MEASURING);

    private static final String HANG = "sleep 1789";

    private final Outcome outcome;
    private final String reason;
    private final String verify;
    private final String backend;
    private final String prompt;

    AttemptEnding(Outcome outcome, String reason, String verify) {
        this(outcome, reason, verify, "", "");
    }

    AttemptEnding(Outcome outcome, String reason, String verify, String backend, String prompt) {
        this.outcome = outcome;
        this.reason = reason;
        this.verify = verify;
        this.backend = backend;
        this.prompt = prompt;
    }

    /// What the worker reports, if it reports anything.
    Outcome outcome() {
        return outcome;
    }

    /// A part of the reason that it gives.
    String reason() {
        return reason;
    }

    /// Whether the worker lives when the attempt ends.
    boolean endsByItself() {
        return compareTo(KILLED_WHILE_VERIFYING) < 0;
    }

    /// For tables.
    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /// @param number unlike that of other attempts with this ending
    /// @param marks  where a sealed command tries to leave files
    JobSpec job(int number, Leftovers.Marks marks) {
        return switch (this) {
            case MERGE, KILLED_IN_THE_SANDBOX -> merged(number, verify);
            case SEALED -> merged(number, verify.replace("WORK", marks.work().toString()).replace("MARK", marks.name())
                    .replace("FOLDERS", String.join(" ", marks.folders().stream().map(Path::toString).toList())));
            case REJECTED_BY_A_RULE -> Tasks.agent("patch", "=== sealing.json\n<<<<\n====\n{}\n>>>>\n", verify);
            case REJECTED_FOR_A_DAEMON -> Tasks.agent("patch", """
                    === kernel.sh
                    <<<<
                    echo 42
                    ====
                    (setsid sleep 1789 > /dev/null 2>&1 &)
                    echo 42
                    >>>>
                    """, verify);
            case BENCHMARK -> Tasks.benchmark(benchmark("value=20", Optional.of("value=10")), Optional.of(verify));
            case TUNE -> tune(number);
            case KILLED_WHILE_MEASURING -> Tasks.benchmark(benchmark(HANG, Optional.of(HANG)), Optional.of(verify));
            default -> backend.isEmpty() ? Tasks.job(TaskKind.VERIFY, Optional.of(verify), Optional.empty(),
                    this == TIME_LIMIT ? Duration.ofSeconds(2) : Duration.ofMinutes(5))
                    : Tasks.agent(backend, prompt, verify);
        };
    }

    private JobSpec merged(int number, String script) {
        return Tasks.agent("patch", "=== merged-%s-%d.txt\n<<<<\n====\nmerged\n>>>>\n".formatted(name(), number),
                script);
    }

    private JobSpec tune(int number) {
        String entered = "tuned-" + number + ".txt";
        TuneSpec search = new TuneSpec(List.of(new TuneParameter("tile", List.of("1", "2"))), List.of(),
                TuneSpec.Search.GRID, 2, 1, "echo $HENG_TUNING > " + entered);
        return Tasks.tune(search, benchmark("value=10; [ \"${HENG_TUNING-}\" != tile=2 ] && [ ! -e " + entered
                + " ] || value=20", Optional.empty()), verify + entered);
    }

    /// @param script of the candidate and of the base: sets `value`
    private static BenchmarkSpec benchmark(String script, Optional<String> baseline) {
        String write = "\necho '{\"metrics\": [{\"name\": \"m\", \"value\": '$value'}]}' > \"$HENG_METRICS\"\n";
        return new BenchmarkSpec(script + write, baseline.map(line -> line + write), "m", BenchmarkSpec.Better.HIGHER,
                0.01, Optional.empty(), false, 0);
    }
}
