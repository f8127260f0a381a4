package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.seal.SealPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The public corpus: every cheat is rejected by the rule it names, every honest patch is accepted. Each is a real
/// change to a real program that is built and run as a worker does it. Writes its table to `target/cheat-corpus.md`.
@Tag("slow")
class CheatCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus").toAbsolutePath();
    /// `-Dheng.corpus.only=constant,halt` runs those whose names begin so.
    private static final List<String> ONLY = List.of(System.getProperty("heng.corpus.only", "").split(",", -1));

    private static final String SECRET = "the worker's own";

    @TempDir
    Path temporary;
    /// Of the commands, with what the cheats are after.
    private Path home;
    private boolean secretSeen;
    private CorpusProject project;
    private final List<String> table = new ArrayList<>();

    @Test
    void everyCheatIsRejectedByItsRuleAndEveryHonestPatchAccepted() throws Exception {
        start();
        Map<String, Integer> classes = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        int cheats = 0;
        for (Path file : project.entries("cheats", ONLY)) {
            Map<String, String> head = CorpusProject.head(file);
            cheats++;
            classes.merge(head.get("class"), 1, Integer::sum);
            expect(file, head.get("reject"), false, head.get("class"), wrong);
            if (head.containsKey("reject-without-forbidden")) {
                expect(file, head.get("reject-without-forbidden"), true, head.get("class"), wrong);
            }
            if (head.containsKey("harmless-without-forbidden") && CorpusProject.COMMAND_LINE.confinesWrites()) {
                expect(file, "accepted", true, head.get("class"), wrong);
            }
        }
        int honest = 0;
        for (Path file : project.entries("honest", ONLY)) {
            honest++;
            expect(file, "accepted", false, "honest", wrong);
        }
        project.close();
        Files.writeString(Path.of("target/cheat-corpus.md"),
                "| class | change | expected | found |\n| --- | --- | --- | --- |\n"
                + String.join("\n", table) + "\n");
        assertThat(wrong).isEmpty();
        if (ONLY.contains("")) {
            assertThat(cheats).isGreaterThanOrEqualTo(30);
            assertThat(classes).hasSizeGreaterThanOrEqualTo(6);
            assertThat(honest).isGreaterThanOrEqualTo(30);
        }
    }

    private void start() throws Exception {
        project = new CorpusProject(CORPUS, temporary, text -> secretSeen |= text.contains(SECRET));
        home = temporary.toRealPath().resolve("home");
        for (Path file : List.of(home.resolve(".m2/library.jar"), home.resolve(".ssh/key"),
                temporary.resolve("work/spending.jsonl"),
                temporary.resolve("work/checkouts/other-attempt/answer.txt"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, SECRET);
        }
    }

    private void expect(Path file, String expected, boolean withoutForbidden, String cheatClass, List<String> wrong)
            throws Exception {
        String name = file.getFileName().toString().replace(".edit", "")
                + (withoutForbidden ? " (no forbidden words)" : "");
        SealPolicy stated = project.policy();
        SealPolicy policy = withoutForbidden ? new SealPolicy(stated.guarded(), stated.editable(), List.of(),
                stated.prepare(), stated.counters(), stated.built(), stated.challenge()) : stated;
        try (CorpusProject.Judged judged = project.judge(file, policy, "bash verify.sh")) {
            String found = judged.word() + traces(judged.checkout().folder());
            table.add("| " + cheatClass + " | " + name + " | " + expected + " | " + found + " |");
            if (!found.equals(expected)) {
                wrong.add(name + ": expected " + expected + ", found " + judged.described());
            }
        }
    }

    /// What an entry changed or saw outside of its checkout: empty, or words for the table.
    private String traces(Path candidate) throws Exception {
        boolean touched = Files.exists(Path.of("/tmp/heng-next-attempt"))
                || !Files.readString(home.resolve(".m2/library.jar")).equals(SECRET)
                || Files.readString(temporary.resolve("work/mirror.git/config")).contains("sshCommand")
                || !Files.readString(candidate.resolve(".git")).contains("mirror.git/worktrees");
        return (touched ? ", and changed what is outside" : "") + (secretSeen ? ", and saw what is secret" : "");
    }
}
