package com.alphaheng.worker.git;

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
import com.alphaheng.worker.job.seal.SealPolicy;
import com.alphaheng.worker.job.seal.SealedVerdict;
import com.alphaheng.worker.job.seal.SealedVerification;
import com.alphaheng.worker.job.seal.SealedVerification.Subject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// A project to which changes are made, and the sealed verification that judges them as a worker does.
final class CorpusProject implements AutoCloseable {
    static final CommandLine COMMAND_LINE = new CommandLine();

    private final Path corpus;
    private final TestRepository repository;
    private final String base;
    private final GitCheckouts checkouts;
    private final Checkout baseCheckout;
    private final SealedVerification verification;

    /// A change judged, and where it was checked out, until that is closed.
    record Judged(SealedVerdict verdict, Checkout checkout) implements AutoCloseable {
        /// `accepted`, or the rule.
        String word() {
            return switch (verdict) {
                case SealedVerdict.Accepted _ -> "accepted";
                case SealedVerdict.Rejected rejected -> rejected.rejection().rule().word();
                case SealedVerdict.Interrupted interrupted -> "interrupted: " + interrupted.killed().cause();
            };
        }

        /// What a person reads.
        String described() {
            return verdict instanceof SealedVerdict.Rejected rejected ? rejected.rejection().describe() : word();
        }

        @Override
        public void close() {
            checkout.close();
        }
    }

    /// @param corpus    holds `project`
    /// @param temporary where all of it happens: `work` is the worker's folder, `home` the commands' home
    /// @param output    told what commands print
    CorpusProject(Path corpus, Path temporary, Consumer<String> output) throws Exception {
        this.corpus = corpus;
        repository = new TestRepository(temporary.resolve("source"));
        try (var files = Files.walk(corpus.resolve("project"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                repository.write(corpus.resolve("project").relativize(file).toString(), Files.readString(file));
            }
        }
        base = repository.commit("base");
        checkouts = new GitCheckouts(temporary.resolve("work"), repository.folder().toString());
        baseCheckout = checkouts.checkout("base", Optional.of(base));
        Path home = Files.createDirectories(temporary.toRealPath().resolve("home"));
        Map<String, String> environment = Map.of("PATH", System.getProperty("java.home")
                + "/bin:/usr/bin:/bin:/usr/sbin",
                "LC_ALL", "C.UTF-8", "HOME", home.toString());
        ProcessCommands commands = new ProcessCommands(new ExecSettings(Reach.of(temporary.resolve("work"),
                Optional.of(home), List.of(home.resolve(".ssh")), List.of()), environment, new SecretMask(List.of()),
                Limits.DEFAULT), COMMAND_LINE);
        AttemptOutput told = new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                // What else matters of the output is in the outcome's last lines.
                output.accept(text);
            }

            @Override
            public void close() {
                // Nothing is held back.
            }
        };
        verification = new SealedVerification((source, script, folder, more, limit) -> commands.run(new Request(source,
                script, folder, more, limit.orElse(Duration.ofMinutes(3)), Optional.empty(), Confinement.SEALED),
                new StopSwitch(), told), new DiskFiles(), new SecureRandom(), proof -> { },
                new RunningFiles(List.of(temporary)));
    }

    /// The project's own.
    SealPolicy policy() throws Exception {
        return SealPolicy.parse(Files.readString(baseCheckout.folder().resolve(SealPolicy.FILE)));
    }

    Judged judge(Path file, SealPolicy policy, String verify) throws Exception {
        repository.git("checkout", "--quiet", "--force", base);
        apply(file);
        String candidate = repository.commit(file.getFileName().toString());
        Checkout checkout = checkouts.checkout("candidate", Optional.of(candidate));
        return new Judged(verification.verify(new Subject(policy, GitChanges.between(repository.folder(), base,
                candidate), List.of(), Optional.of(verify), List.of(), base, baseCheckout.folder(),
                checkout.folder())), checkout);
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

    /// The changes of a kind, by name.
    ///
    /// @param only prefixes of the names wanted
    List<Path> entries(String kind, List<String> only) throws Exception {
        try (var files = Files.list(corpus.resolve(kind))) {
            return files.filter(f -> only.stream().anyMatch(f.getFileName().toString()::startsWith)).sorted().toList();
        }
    }

    /// What the comments at the head of a change say of it.
    static Map<String, String> head(Path file) throws Exception {
        Map<String, String> head = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("# ") && line.contains(": ")) {
                head.put(line.substring(2, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
            }
        }
        return head;
    }

    @Override
    public void close() {
        baseCheckout.close();
    }
}
