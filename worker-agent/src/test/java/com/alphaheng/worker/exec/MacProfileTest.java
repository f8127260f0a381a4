package com.alphaheng.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The text of the profile; whether macOS reads it as meant is only seen there.
class MacProfileTest {
    @TempDir
    Path temporary;

    @Test
    void theLastRuleThatFitsIsTheOneThatIsMeant() throws Exception {
        Path root = temporary.toRealPath();
        Path work = Files.createDirectories(root.resolve("worker \"one\""));
        Path tree = Files.createDirectories(work.resolve("checkouts/tree"));
        Path job = Files.createDirectories(work.resolve("scratch/1/job"));
        Path mirror = Files.createDirectories(work.resolve("mirror.git"));
        Path home = Files.createDirectories(root.resolve("home"));
        Path secret = Files.createDirectories(home.resolve(".ssh"));
        Path caches = Files.createDirectories(root.resolve("caches"));
        LinuxSandbox.Place place = new LinuxSandbox.Place(tree, job, Reach.of(work, Optional.of(home),
                List.of(secret, home.resolve("not there")), List.of(caches)));
        List<String> lines = MacProfile.of(false, place, List.of()).lines().toList();
        assertThat(lines).containsSubsequence("(version 1)", "(allow default)", "(deny network*)", "(deny file-write*)",
                "(deny file-read* file-write* (subpath " + quoted(work) + "))",
                "(allow file-read* (subpath " + quoted(mirror) + "))",
                "(allow file-read* file-write* (subpath \"" + caches + "\"))",
                "(allow file-read* file-write* (subpath " + quoted(tree) + ") (subpath " + quoted(job) + "))",
                "(deny file-write* (subpath " + quoted(tree.resolve(".git")) + "))");
        assertThat(lines).anyMatch(line -> line.startsWith("(deny file-read* file-write*")
                && line.contains("(subpath \"" + secret + "\")"));
        assertThat(lines).filteredOn(line -> line.startsWith("(allow file-read-metadata")).singleElement().asString()
                .contains("(literal \"/\")", "(literal " + quoted(work) + ")", "(literal " + quoted(job.getParent()));
        assertThat(lines).noneMatch(line -> line.contains("not there"));
        assertThat(lines).as("parentheses").allSatisfy(line -> assertThat(line.chars().filter(c -> c == '(').count())
                .isEqualTo(line.chars().filter(c -> c == ')').count()));
        assertThat(MacProfile.of(true, place, List.of(caches)).lines()).noneMatch(line -> line.contains("network"))
                .contains("(allow file-write* (subpath \"" + caches + "\"))");
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\"", "\\\"") + '"';
    }
}
