package com.alphaheng.worker.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The namespaces of a confined command on Linux and what `confine.pl`, its process 1, is told to put into them.
final class LinuxSandbox {
    /// Begins the report of a sandbox that could not be set up.
    static final String FAILURE = "heng-sandbox: ";

    private static final String PROGRAM = program();
    private static final List<String> AS_ROOT = List.of("unshare", "--mount", "--ipc", "--pid", "--fork",
            "--kill-child=KILL", "--mount-proc");

    private LinuxSandbox() {
    }

    /// Where a confined command runs, and what is its own.
    ///
    /// @param folder checkout, its working folder
    /// @param job    its scratch folder, with `tmp` for temporary files
    /// @param reach  what else it may see and change
    record Place(Path folder, Path job, Reach reach) {
    }

    /// @param asUser   whether a user namespace is needed for the others
    /// @param networks whether the command keeps the machine's network
    static List<String> line(boolean asUser, boolean networks, Place place, String script, long mostFileKibibytes)
            throws IOException {
        List<String> line = new ArrayList<>(AS_ROOT);
        if (asUser) {
            line.addAll(1, List.of("--user", "--map-root-user"));
        }
        if (!networks) {
            line.add("--net");
        }
        line.addAll(List.of("perl", "-e", PROGRAM, "--"));
        Path folder = place.folder.toRealPath();
        Path own = place.reach.own().toRealPath();
        List<Path> hidden = Reach.existing(place.reach.hidden());
        // A hidden folder around the worker's own is hidden as its own is: there, what is the command's appears again.
        line.add("own=" + hidden.stream().filter(own::startsWith).findFirst().orElse(own));
        line.add("temporary=" + place.job.toRealPath().resolve("tmp"));
        line.add("write=" + folder);
        line.add("write=" + place.job.toRealPath());
        // Git believes what stands there, and the worker's git runs outside of the sandbox.
        add(line, "read=", List.of(folder.resolve(".git")));
        add(line, "write=", place.reach.writable());
        add(line, "discard=", place.reach.discarded());
        hidden.stream().filter(path -> !own.startsWith(path)).forEach(path -> line.add("hide=" + path));
        line.add("folder=" + folder);
        line.add("blocks=" + mostFileKibibytes);
        line.add("network=" + (networks ? "shared" : "own"));
        line.add("script=" + script);
        return line;
    }

    private static void add(List<String> line, String name, List<Path> paths) throws IOException {
        Reach.existing(paths).forEach(path -> line.add(name + path));
    }

    private static String program() {
        try (InputStream stream = LinuxSandbox.class.getResourceAsStream("confine.pl")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
