package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ExecSettings;
import com.alphaheng.worker.exec.ExecSettings.Limits;
import com.alphaheng.worker.exec.ProcessCommands;
import com.alphaheng.worker.exec.Reach;
import com.alphaheng.worker.exec.RunningFiles;
import com.alphaheng.worker.exec.SecretMask;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.Commands.Request;
import com.alphaheng.worker.job.StopSwitch;
import com.alphaheng.worker.job.agent.EditScript;
import com.alphaheng.worker.job.seal.ChangedFile;
import com.alphaheng.worker.job.seal.SealPolicy;
import com.alphaheng.worker.job.seal.SealedVerdict;
import com.alphaheng.worker.job.seal.SealedVerification;
import com.alphaheng.worker.job.seal.SealedVerification.Subject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private static final CommandLine COMMAND_LINE = new CommandLine();
    private static final String SECRET = "the worker's own";

    @TempDir
    Path temporary;
    /// Of the commands, with what the cheats are after.
    private Path home;
    private boolean secretSeen;
    private TestRepository repository;
    private String base;
    private GitCheckouts checkouts;
    private Checkout baseCheckout;
    private SealedVerification verification;
    private final List<String> table = new ArrayList<>();

    @Test
    void everyCheatIsRejectedByItsRuleAndEveryHonestPatchAccepted() throws Exception {
        start();
        Map<String, Integer> classes = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        int cheats = 0;
        for (Path file : entries("cheats")) {
            Map<String, String> head = head(file);
            cheats++;
            classes.merge(head.get("class"), 1, Integer::sum);
            expect(file, head.get("reject"), false, head.get("class"), wrong);
            if (head.containsKey("reject-without-forbidden")) {
                expect(file, head.get("reject-without-forbidden"), true, head.get("class"), wrong);
            }
            if (head.containsKey("harmless-without-forbidden") && COMMAND_LINE.confinesWrites()) {
                expect(file, "accepted", true, head.get("class"), wrong);
            }
        }
        int honest = 0;
        for (Path file : entries("honest")) {
            honest++;
            expect(file, "accepted", false, "honest", wrong);
        }
        baseCheckout.close();
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
        repository = new TestRepository(temporary.resolve("source"));
        try (var files = Files.walk(CORPUS.resolve("project"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                repository.write(CORPUS.resolve("project").relativize(file).toString(), Files.readString(file));
            }
        }
        base = repository.commit("base");
        checkouts = new GitCheckouts(temporary.resolve("work"), repository.folder().toString());
        baseCheckout = checkouts.checkout("base", Optional.of(base));
        home = temporary.toRealPath().resolve("home");
        for (Path file : List.of(home.resolve(".m2/library.jar"), home.resolve(".ssh/key"),
                temporary.resolve("work/spending.jsonl"),
                temporary.resolve("work/checkouts/other-attempt/answer.txt"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, SECRET);
        }
        Map<String, String> environment = Map.of("PATH", System.getProperty("java.home")
                + "/bin:/usr/bin:/bin:/usr/sbin",
                "LC_ALL", "C.UTF-8", "HOME", home.toString());
        ProcessCommands commands = new ProcessCommands(new ExecSettings(Reach.of(temporary.resolve("work"),
                Optional.of(home), List.of(home.resolve(".ssh")), List.of()), environment, new SecretMask(List.of()),
                Limits.DEFAULT), COMMAND_LINE);
        AttemptOutput silent = new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                // What else matters of the output is in the outcome's last lines.
                secretSeen |= text.contains(SECRET);
            }

            @Override
            public void close() {
                // Nothing is held back.
            }
        };
        verification = new SealedVerification((source, script, folder, more, limit) -> commands.run(new Request(source,
                script, folder, more, limit.orElse(Duration.ofMinutes(3)), Optional.empty(), Confinement.SEALED),
                new StopSwitch(), silent), new DiskFiles(), new SecureRandom(), proof -> { },
                new RunningFiles(List.of(temporary)));
    }

    private void expect(Path file, String expected, boolean withoutForbidden, String cheatClass, List<String> wrong)
            throws Exception {
        String name = file.getFileName().toString().replace(".edit", "")
                + (withoutForbidden ? " (no forbidden words)" : "");
        repository.git("checkout", "--quiet", "--force", base);
        apply(file);
        String candidate = repository.commit(name);
        try (Checkout checkout = checkouts.checkout("candidate", Optional.of(candidate))) {
            SealPolicy stated = SealPolicy.parse(Files.readString(baseCheckout.folder().resolve(SealPolicy.FILE)));
            SealPolicy policy = withoutForbidden ? new SealPolicy(stated.guarded(), stated.editable(), List.of(),
                    stated.prepare(), stated.counters(), stated.built(),
                    stated.challenge()) : stated;
            List<ChangedFile> change = GitChanges.between(repository.folder(), base, candidate);
            SealedVerdict verdict = verification.verify(new Subject(policy, change, List.of(),
                    Optional.of("bash verify.sh"), base, baseCheckout.folder(), checkout.folder()));
            String found = switch (verdict) {
                case SealedVerdict.Accepted accepted -> "accepted";
                case SealedVerdict.Rejected rejected -> rejected.rejection().rule().word();
                case SealedVerdict.Interrupted interrupted -> "interrupted: " + interrupted.killed().cause();
            } + traces(checkout.folder());
            table.add("| " + cheatClass + " | " + name + " | " + expected + " | " + found + " |");
            if (!found.equals(expected)) {
                wrong.add(name + ": expected " + expected + ", found " + verdict);
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

    private void apply(Path file) throws Exception {
        String text = Files.readString(file);
        for (EditScript.Edit edit : EditScript.parse(text)) {
            Path path = repository.folder().resolve(edit.path());
            repository.write(edit.path(), edit.applyTo(Files.exists(path) ? Files.readString(path) : ""));
        }
        for (String line : text.lines().filter(l -> l.startsWith("!remove ")).toList()) {
            Files.delete(repository.folder().resolve(line.split(" ")[1]));
        }
        for (String line : text.lines().filter(l -> l.startsWith("!link ")).toList()) {
            String[] words = line.split(" ");
            Path link = repository.folder().resolve(words[1]);
            FolderTree.remove(link);
            Files.createSymbolicLink(link, Path.of(words[2]));
        }
    }

    private static List<Path> entries(String kind) throws Exception {
        try (var files = Files.list(CORPUS.resolve(kind))) {
            return files.filter(f -> ONLY.stream().anyMatch(f.getFileName().toString()::startsWith)).sorted().toList();
        }
    }

    private static Map<String, String> head(Path file) throws Exception {
        Map<String, String> head = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("# ") && line.contains(": ")) {
                head.put(line.substring(2, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
            }
        }
        return head;
    }
}
