package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.seal.CommandFiles;
import com.alphaheng.worker.job.seal.SealPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two smaller corpora, judged like the first: kernels in C, whose library tells what they ask of the system, and a
/// project of Make and Python whose owner has laid down nothing. Each writes its table to `target`.
@Tag("slow")
class OtherCorporaTest {
    private static final Path CORPORA = Path.of("src/test/resources/corpus").toAbsolutePath();

    @TempDir
    Path temporary;
    private final List<String> table = new ArrayList<>(List.of("| class | change | expected | found |",
            "| --- | --- | --- | --- |"));
    private final List<String> wrong = new ArrayList<>();

    @Test
    void kernelsInCAskTheSystemForNothingButMathematics() throws Exception {
        try (CorpusProject project = new CorpusProject(CORPORA.resolve("native"), temporary, text -> { })) {
            SealPolicy stated = project.policy();
            SealPolicy wordless = new SealPolicy(stated.guarded(), stated.editable(), List.of(), stated.prepare(),
                    stated.counters(), stated.built(), stated.challenge());
            for (Path file : project.entries("cheats", List.of(""))) {
                expect(project, file, stated, "reject", "");
                // What the compiler made of it gives it away where its text does not.
                expect(project, file, wordless, "reject-without-forbidden", " (no forbidden words)");
            }
            for (Path file : project.entries("honest", List.of(""))) {
                expect(project, file, stated, "honest", "");
            }
        }
        assertAllAs("native");
    }

    @Test
    void whatHoldsWhereTheOwnerSaidNothing() throws Exception {
        try (CorpusProject project = new CorpusProject(CORPORA.resolve("plain"), temporary, text -> { })) {
            SealPolicy policy = SealPolicy.DEFAULT.guarding(CommandFiles.of(List.of("make -s check"), List.of()));
            for (Path file : project.entries("cheats", List.of(""))) {
                expect(project, file, policy, "reject", "");
            }
            for (Path file : project.entries("honest", List.of(""))) {
                expect(project, file, policy, "honest", "");
            }
        }
        assertAllAs("plain");
    }

    private void expect(CorpusProject project, Path file, SealPolicy policy, String key, String how)
            throws Exception {
        Map<String, String> head = CorpusProject.head(file);
        String name = file.getFileName().toString().replace(".edit", "") + how;
        String expected = key.equals("honest") ? "accepted" : head.get(key);
        try (CorpusProject.Judged judged = project.judge(file, policy, policy.challenge().isPresent() ? "out/harness"
                : "make -s check")) {
            table.add("| " + head.getOrDefault("class", "honest") + " | " + name + " | " + expected + " | "
                    + judged.word() + " |");
            if (!judged.word().equals(expected)) {
                wrong.add(name + ": expected " + expected + ", found " + judged.described());
            }
        }
    }

    private void assertAllAs(String corpus) throws Exception {
        Files.write(Path.of("target/cheat-corpus-" + corpus + ".md"), table);
        assertThat(wrong).isEmpty();
        assertThat(table).hasSizeGreaterThanOrEqualTo(2 + 10);
    }
}
