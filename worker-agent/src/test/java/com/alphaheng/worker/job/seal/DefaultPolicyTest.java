package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds in a repository whose owner has laid down nothing.
class DefaultPolicyTest {
    @ParameterizedTest
    @ValueSource(strings = {"engine/.mvn/jvm.config", ".mvn/extensions.xml", "mvnw", "core/pom.xml",
        "src/main/resources/junit-platform.properties", "src/main/resources/META-INF/services/org.junit.Listener",
        "Makefile", "sub/CMakeLists.txt", ".envrc", ".env.local", "tests/run.py", "a/conftest.py", "package.json",
        "build.gradle.kts", "gradle/wrapper/gradle-wrapper.properties", ".java-version", "sealing.json", "build.rs"})
    void whatTestsBuildsAndIsLoadedByItselfIsGuarded(String path) {
        assertThat(verdict(SealPolicy.DEFAULT, path)).startsWith("protected-path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"src/main/java/Kernel.java", "README.md", "kernel.sh", "src/environment.c", "docs/test.md"})
    void theRestIsFree(String path) {
        assertThat(verdict(SealPolicy.DEFAULT, path)).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            ./check.sh --all && grep -q fast kernel.sh            ~ check.sh
            timeout 60 bash tools/verify.sh kernel.sh             ~ tools/verify.sh
            N=1 python3 -u ./verify.py; tests/run "x"             ~ verify.py,tests/run
            (cd a; ./run) || exit 1                               ~ run
            source .settings; if . 'more.sh'; then true; fi       ~ .settings,more.sh
            mvn -q test | tee log.txt; /usr/bin/true; $HOME/x     ~ ''
            """)
    void whatTheTasksOwnCommandsRunIsGuardedToo(String command, String files) {
        assertThat(String.join(",", CommandFiles.of(List.of(command), List.of()))).isEqualTo(files);
    }

    @Test
    void aChangeMayNotEditWhatJudgesIt() {
        SealPolicy policy = SealPolicy.DEFAULT.guarding(CommandFiles.of(List.of("bash tools/verify.sh kernel.sh"),
                List.of()));
        assertThat(verdict(policy, "tools/verify.sh")).startsWith("protected-path");
        assertThat(verdict(policy, "kernel.sh")).isEqualTo("none");
    }

    private static String verdict(SealPolicy policy, String path) {
        return ChangeRules.check(List.of(new ChangedFile(path, "100644", "100644", false, List.of(new AddedLine(1,
                "x")))), policy, List.of(), _ -> "x").map(Rejection::describe).orElse("none");
    }

    @Test
    void whatATaskIsAboutIsNotGuardedAlthoughItsCommandsRunIt() {
        assertThat(CommandFiles.of(List.of("node src/app.js | bash tools/verify.sh"), List.of("src/app.js",
                "tools/**")))
                .containsExactly("tools/verify.sh");
    }
}
