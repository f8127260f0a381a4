package com.alphaheng.worker.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// What attempts of a worker could leave on this machine, found by everything that names the folder in which the test
/// keeps the worker, its temporary files and its source. Looks into `/proc`, so it sees most on Linux as root.
final class Leftovers {
    static final String PROCESSES = "processes, those that set up a sandbox among them";
    static final String MOUNTS = "mounts, in the namespaces of any process";
    static final String WORKTREES = "worktrees of the mirror";

    private static final Path PROC = Path.of("/proc");
    private static final Set<String> KEPT = Set.of("mirror.git", "checkouts", "scratch", "processes", "spool",
            "artifacts", "builds", "spending.jsonl", "worker.lock");

    private final Path folder;
    private final Path source;
    private final Marks marks;
    private final Set<String> namespacesBefore;

    /// To be made before the worker is started.
    ///
    /// @param folder with `work`, the worker's own, and `tmp`, its temporary files
    Leftovers(Path folder, Path source) throws IOException {
        this.folder = folder;
        this.source = source;
        this.marks = new Marks(folder.resolve("work"), "heng-leak-" + UUID.randomUUID(), List.of(
                Path.of(System.getProperty("user.home")), Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/dev/shm"),
                mirror(), folder));
        this.namespacesBefore = Set.copyOf(keptNamespaces());
    }

    /// What sealed commands try to leave.
    ///
    /// @param work    the worker's folder
    /// @param name    of a file like no other
    /// @param folders where it is tried
    record Marks(Path work, String name, List<Path> folders) {
    }

    Marks marks() {
        return marks;
    }

    /// By kind; empty lists where nothing is left.
    Map<String, List<String>> found() throws Exception {
        Map<String, List<String>> left = new LinkedHashMap<>();
        left.put(PROCESSES, processes());
        left.put(MOUNTS, mounts());
        left.put("namespaces kept by a mount", keptNamespaces().stream().filter(line ->
                !namespacesBefore.contains(line)).toList());
        for (String name : List.of("checkouts", "scratch", "processes", "spool", "artifacts")) {
            left.put("entries in " + name + "/", names(folder.resolve("work").resolve(name)));
        }
        left.put("other entries in the worker's folder", names(folder.resolve("work")).stream()
                .filter(name -> !KEPT.contains(name)).toList());
        left.put("temporary files of the worker", names(folder.resolve("tmp")));
        left.put("files of sealed commands in the home folder, /tmp, /var/tmp, /dev/shm, the mirror", marks.folders()
                .stream().map(place -> place.resolve(marks.name())).filter(Files::exists).map(Path::toString).toList());
        left.put(WORKTREES, git(mirror(), "worktree", "list").stream()
                .filter(line -> !line.contains("(bare)")).toList());
        left.put("locks and half files in the mirror and the source", Stream.concat(halfDone(mirror()).stream(),
                halfDone(source).stream()).toList());
        left.put("branches in the source, besides its own and the campaign's", git(source, "for-each-ref",
                "--format=%(refname)").stream().filter(name -> !name.equals("refs/heads/heng/c")
                && !name.equals("refs/heads/main")).toList());
        return left;
    }

    Path mirror() {
        return folder.resolve("work/mirror.git");
    }

    /// Whether a process of this task's attempt has come as far as its `sleep`.
    static boolean sleeps(String task) throws IOException {
        for (Path process : processFolders()) {
            if (text(process, "environ").contains("HENG_TASK=" + task + "\0")
                    && text(process, "cmdline").startsWith("sleep\0")) {
                return true;
            }
        }
        return false;
    }

    /// Live processes that name the folder in their environment, their arguments, or by where they are.
    private List<String> processes() throws IOException {
        String work = folder.resolve("work").toString();
        List<String> found = new ArrayList<>();
        for (Path process : processFolders()) {
            String line = text(process, "cmdline");
            if (!line.isEmpty() && (line.contains(work) || text(process, "environ").contains(work)
                    || link(process, "cwd").startsWith(folder.toString()))) {
                found.add(process.getFileName() + " " + line.replace('\0', ' '));
            }
        }
        return found;
    }

    private List<String> mounts() throws IOException {
        Set<String> found = new HashSet<>();
        for (Path process : processFolders()) {
            text(process, "mountinfo").lines().filter(line -> line.contains(folder.toString()))
                    .forEach(line -> found.add(link(process, "ns/mnt") + " " + line));
        }
        return List.copyOf(found);
    }

    /// Bind mounts that keep a namespace without a process. `heng faults`, which may run beside this, makes its own and
    /// names them.
    private static List<String> keptNamespaces() {
        return text(PROC.resolve("self"), "mountinfo").lines().filter(line -> line.contains(" - nsfs ")
                && !line.matches(".*/heng-\\d+-\\d+ .*")).toList();
    }

    private static List<Path> processFolders() throws IOException {
        return names(PROC).stream().filter(name -> name.matches("\\d+")).map(PROC::resolve).toList();
    }

    /// Empty of a process that has ended, or is not ours to look into.
    private static String text(Path process, String file) {
        try {
            return new String(Files.readAllBytes(process.resolve(file)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static String link(Path process, String name) {
        try {
            return Files.readSymbolicLink(process.resolve(name)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static List<String> halfDone(Path repository) throws IOException {
        List<String> found = new ArrayList<>();
        Files.walkFileTree(repository, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                note(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                note(directory);
                return FileVisitResult.CONTINUE;
            }

            private void note(Path path) {
                String name = path.getFileName().toString();
                if (name.endsWith(".lock") || name.startsWith("tmp_") || name.startsWith("incoming-")
                        || name.equals("gc.pid")) {
                    found.add(path.toString());
                }
            }
        });
        return found;
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    static List<String> git(Path repository, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("git", "-C", repository.toString()));
        line.addAll(List.of(arguments));
        Process git = new ProcessBuilder(line).start();
        List<String> lines = git.inputReader().lines().toList();
        if (git.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", line) + " failed");
        }
        return lines;
    }
}
