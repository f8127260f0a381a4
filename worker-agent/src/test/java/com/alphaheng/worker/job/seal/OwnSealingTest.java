package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What this repository's own `sealing.json` lets through before anything runs.
class OwnSealingTest {
    private static final Path ROOT = Path.of("..");
    private static final String ENGINE = "inference-engine/src/main/";
    private static final String JAVA = ENGINE + "java/com/alphaheng/engine/";

    private static SealPolicy policy;
    private static List<String> paths;

    @BeforeAll
    static void read() throws Exception {
        policy = SealPolicy.parse(Files.readString(ROOT.resolve(SealPolicy.FILE)));
        try (var files = Files.walk(ROOT.resolve("inference-engine/src"))) {
            paths = files.filter(Files::isRegularFile).map(file -> ROOT.relativize(file).toString()).toList();
        }
    }

    private static String verdict(String path, String line) {
        return ChangeRules.check(List.of(new ChangedFile(path, "100644", "100644", false,
                List.of(new AddedLine(1, line)))), policy, List.of(), _ -> line)
                .map(Rejection::describe).orElse("none");
    }

    @Test
    void everyEditableGlobMeansFilesAndNoneOfThemIsGuarded() {
        assertThat(policy.editable()).allSatisfy(glob -> {
            List<String> meant = paths.stream().filter(path -> Glob.anyMatches(List.of(glob), path)).toList();
            assertThat(meant).isNotEmpty().noneMatch(path -> Glob.anyMatches(policy.guarded(), path));
        });
    }

    @Test
    void kernelsMayChangeAndWhatJudgesThemMayNot() {
        assertThat(verdict(ENGINE + "native/product_rows.c", "float sum = 0;")).isEqualTo("none");
        assertThat(verdict(JAVA + "cpu/fast/ProductStages.java", "int rows = 8;")).isEqualTo("none");
        assertThat(verdict(ENGINE + "resources/tuning.json", "\"cpu.spins\" : 100,")).isEqualTo("none");
        for (String judge : List.of("cli/ChallengeCommand.java", "parity/ChallengeRun.java", "bench/EngineBench.java",
                "cpu/reference/ReferenceLinear.java", "cpu/nativelib/NativeLibrary.java")) {
            assertThat(paths).contains(JAVA + judge);
            assertThat(verdict(JAVA + judge, "int x;")).startsWith("protected-path");
        }
        assertThat(verdict("marlin", "exec true")).startsWith("protected-path");
        assertThat(verdict(JAVA + "Engine.java", "int x;")).startsWith("outside-editable");
    }

    @Test
    void kernelsHaveNoBusinessWithClocksProcessesAndFiles() {
        String c = ENGINE + "native/activations.c";
        for (String line : List.of("system(\"true\");", "FILE *f = fopen(\"x\", \"r\");", "clock_gettime(0, &t);",
                "__attribute__((constructor)) static void first(void) {", "#include <unistd.h>", "exit(0);")) {
            assertThat(verdict(c, line)).as(line).startsWith("forbidden-call");
        }
        for (String line : List.of("System .exit(0);", "long t = System.nanoTime();", "java.nio.file.Files.size(p);",
                "field.setAccessible(true);", "Runtime.getRuntime().halt(0);")) {
            assertThat(verdict(JAVA + "cpu/fast/Worker.java", line)).as(line).startsWith("forbidden-call");
        }
    }

    /// What is measured at a size that is never checked may leave work out there.
    @Test
    void sizesThatExamplesMeasureAreChecked() throws Exception {
        String loop = Files.readString(ROOT.resolve("task-specs/examples/close-the-loop.yaml"));
        List<Integer> measured = Pattern.compile("--contexts (\\d+)").matcher(loop).results()
                .map(found -> Integer.valueOf(found.group(1))).toList();
        assertThat(measured).isNotEmpty().allMatch(size -> size <= policy.challenge().orElseThrow().largest());
    }
}
