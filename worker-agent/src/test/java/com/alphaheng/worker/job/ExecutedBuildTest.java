package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.ExecutedBuild;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ExecSettings;
import com.alphaheng.worker.exec.ProcessCommands;
import com.alphaheng.worker.exec.Reach;
import com.alphaheng.worker.exec.RunningFiles;
import com.alphaheng.worker.exec.SecretMask;
import com.alphaheng.worker.job.agent.EditScript;
import com.alphaheng.worker.job.measure.ThermalGate;
import com.alphaheng.worker.job.seal.ChangedFile;
import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import com.alphaheng.worker.job.seal.SealPolicy;
import com.alphaheng.worker.job.seal.SealedVerdict;
import com.alphaheng.worker.job.seal.SealedVerification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The corpus of cheats that build something and run something else, also between verification and measurement: each
/// is really built, verified and run beside its base. No words are forbidden here, so that only proof of execution
/// can catch them.
@Tag("slow")
class ExecutedBuildTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus/executed").toAbsolutePath();
    private static final String MEASURE =
            "java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp out/program.jar harness.Run";
    /// A program of its own for each turn, which ends once its answer has been passed on.
    private static final String IN_TURNS = "while read -r _; do HENG_METRICS=$TMPDIR/turn " + MEASURE
            + "; { tr -d '\\n' < $TMPDIR/turn; echo; } >> $HENG_METRICS; done";

    @TempDir
    Path temporary;
    private Path base;
    private Path candidate;
    private AttemptContext context;
    private boolean confines;
    private boolean inTurns;
    private final FakeWorld output = new FakeWorld(script -> FakeWorld.exits(0));

    @BeforeEach
    void start() throws Exception {
        base = temporary.resolve("base");
        copy(CORPUS.resolve("project"), base);
        ProcessCommands confined = new ProcessCommands(new ExecSettings(Reach.of(temporary.resolve("work"),
                Optional.empty(), List.of(), List.of()), Map.of("PATH", System.getProperty("java.home")
                + "/bin:/usr/bin:/bin:/usr/sbin", "LC_ALL", "C.UTF-8"), new SecretMask(List.of()),
                ExecSettings.Limits.DEFAULT), new CommandLine());
        // As on a machine that confines nothing: there, proof of execution is what is left.
        StayingCommands commands = new StayingCommands() {
            @Override
            public Outcome run(Request request, StopSwitch stop, AttemptOutput lines) throws EnvironmentFailure {
                return confined.run(asConfined(request), stop, lines);
            }

            @Override
            public Staying stay(Request request, StopSwitch stop, AttemptOutput lines) throws EnvironmentFailure {
                return confined.stay(asConfined(request), stop, lines);
            }
        };
        Clocks clocks = Clocks.ofThisMachine();
        JobSettings settings = FakeWorld.settings();
        context = new AttemptContext(new AttemptId("c", "t", 1), Tasks.verify("true"), new StopSwitch(), output,
                stage -> { }, clocks.awake().instant().plus(Duration.ofMinutes(20)), clocks, commands, settings, null,
                new ThermalGate(settings.thermometer(), settings.thermalGate(), clocks.awake(), line -> { }));
    }

    private Commands.Request asConfined(Commands.Request request) {
        return confines ? request : new Commands.Request(request.source(), request.script(), request.folder(),
                request.environment(), request.timeLimit(), request.silenceLimit(), Commands.Confinement.OPEN);
    }

    /// What became of a change: how it was verified, and, if that went well, how one run of base and candidate did.
    private record Judged(String word, String reason, Optional<ExecutedBuild> executed) {
    }

    private Judged judge(Path edit, Runnable beforeRuns) throws Exception {
        candidate = temporary.resolve("candidate");
        copy(CORPUS.resolve("project"), candidate);
        List<ChangedFile> change = new ArrayList<>();
        DiskFiles files = new DiskFiles();
        for (EditScript.Edit one : EditScript.parse(Files.readString(edit))) {
            Optional<String> before = files.read(candidate, one.path());
            String after = one.applyTo(before.orElse(""));
            files.write(candidate, one.path(), after);
            change.add(new ChangedFile(one.path(), before.isPresent() ? "100644" : "000000", "100644", false,
                    added(before.orElse(""), after)));
        }
        SealedVerification verification = new SealedVerification(context::sealed, files, new SecureRandom(),
                proof -> { }, new RunningFiles(List.of(temporary)));
        SealedVerdict verdict = verification.verify(new SealedVerification.Subject(SealPolicy.parse(Files.readString(
                base.resolve(SealPolicy.FILE))), change, List.of(), Optional.empty(), List.of(), "base",
                base, candidate));
        switch (verdict) {
            case SealedVerdict.Rejected rejected -> {
                return new Judged(rejected.rejection().rule().word(), rejected.rejection().describe(),
                        Optional.empty());
            }
            case SealedVerdict.Interrupted interrupted -> throw new AssertionError("" + interrupted.killed());
            case SealedVerdict.Accepted accepted -> {
                beforeRuns.run();
                ProvenRuns runs = new ProvenRuns(context, accepted.execution());
                StepResult result = inTurns ? turns(runs) : runs(runs);
                if (result.succeeded()) {
                    result = runs.neverSeen().orElse(result);
                }
                return new Judged(result.succeeded() ? "accepted"
                        : result.reason().replaceAll("rejected, ([a-z-]+):.*", "$1"), result.reason(),
                        accepted.execution().report());
            }
        }
    }

    private StepResult runs(ProvenRuns runs) throws Exception {
        StepResult result = StepResult.passed(Optional.of(0), List.of());
        for (String side : List.of("base", "candidate", "candidate")) {
            if (result.succeeded()) {
                result = runs.run(side.equals("base") ? MeasuredSide.base(MEASURE, base)
                        : MeasuredSide.candidate(MEASURE, candidate), 1);
            }
        }
        return result;
    }

    private StepResult turns(ProvenRuns runs) throws Exception {
        BenchmarkSpec spec = new BenchmarkSpec(IN_TURNS, Optional.of(IN_TURNS), "speed", BenchmarkSpec.Better.HIGHER, 0,
                Optional.empty(), false, 2);
        try {
            new TurnsBlock(Clocks.ofThisMachine(), spec, () -> runs.stay(MeasuredSide.base(IN_TURNS, base)),
                    () -> runs.stay(MeasuredSide.candidate(IN_TURNS, candidate)), () -> 1).take(false);
            return StepResult.passed(Optional.of(0), List.of());
        } catch (StepEnded ended) {
            return ended.result();
        }
    }

    @Test
    void whatMeasuresInTurnsIsProvenToo() throws Exception {
        inTurns = true;
        for (String cheat : List.of("swaps-while-measured", "loads-the-base", "counts-nothing", "forges-a-hash")) {
            Judged judged = judge(CORPUS.resolve("cheats/" + cheat + ".edit"), () -> { });
            assertThat(judged.word).as(judged.reason).isEqualTo(expected(CORPUS.resolve("cheats/" + cheat + ".edit")));
        }
        Judged judged = judge(entries("honest").getFirst(), () -> { });
        assertThat(judged.word).as(judged.reason).isEqualTo("accepted");
        assertThat(judged.executed.orElseThrow().operations()).containsEntry("sum", 1000L);
    }

    private static String expected(Path cheat) throws Exception {
        return Files.readAllLines(cheat).stream().filter(line -> line.startsWith("# reject: ")).findFirst()
                .orElseThrow().substring("# reject: ".length());
    }

    @Test
    void everyCheatIsRejectedByItsRule() throws Exception {
        List<String> wrong = new ArrayList<>();
        List<Path> cheats = entries("cheats");
        for (Path file : cheats) {
            String expected = expected(file);
            Judged judged = judge(file, () -> { });
            if (!judged.word.equals(expected)) {
                wrong.add(file.getFileName() + ": expected " + expected + ", found " + judged);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(cheats).hasSizeGreaterThanOrEqualTo(9);
    }

    @Test
    void honestChangesAreAcceptedAndTheReportSaysWhatRan() throws Exception {
        for (Path file : entries("honest")) {
            confines = !confines;
            Judged judged = judge(file, () -> { });
            assertThat(judged.word).as(judged.reason).isEqualTo("accepted");
            ExecutedBuild executed = judged.executed.orElseThrow();
            assertThat(executed.files()).containsOnlyKeys("out/program.jar").allSatisfy((path, hash) ->
                    assertThat(new DiskFiles().hashes(candidate, path::equals)).containsEntry(path, hash));
            assertThat(executed.operations()).isEqualTo(executed.baseOperations()).containsEntry("sum", 1000L);
            assertThat(executed.seenFromOutside()).isEqualTo(new RunningFiles(List.of()).sees());
        }
    }

    @Test
    void aJarThatAnybodySwapsBetweenVerificationAndMeasurementIsNoticedBeforeItRuns() throws Exception {
        Judged judged = judge(entries("honest").getFirst(), () -> {
            DiskFiles files = new DiskFiles();
            files.remove(candidate, "out/program.jar");
            files.write(candidate, "out/program.jar", "another build");
        });
        assertThat(judged.reason).startsWith("rejected, swapped-build: what was built changed after it was verified "
                + "(out/program.jar: SHA-256 ").contains(" instead of SHA-256 ");
        ExecutedBuild executed = judged.executed.orElseThrow();
        assertThat(executed.operations()).as("of the challenge that the base answered, too").containsOnlyKeys("sum")
                .isEqualTo(executed.baseOperations());
    }

    private static List<AddedLine> added(String before, String after) {
        List<String> old = before.lines().toList();
        List<AddedLine> added = new ArrayList<>();
        int number = 0;
        for (String line : after.lines().toList()) {
            number++;
            if (!old.contains(line)) {
                added.add(new AddedLine(number, line));
            }
        }
        return added;
    }

    private static List<Path> entries(String kind) throws Exception {
        try (var files = Files.list(CORPUS.resolve(kind))) {
            return files.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        FolderTree.remove(to);
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
