package com.alphaheng.worker.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What confined commands of this worker may see and change besides their own checkout and scratch folder. Everything
/// not named can be read and not be changed.
///
/// @param own       the worker's folder: cannot be seen, but for the command's checkout, scratch folder and the mirror
/// @param hidden    files and folders that look empty
/// @param discarded folders whose changes go to memory and are forgotten when the command ends; read-only where the
///                  system cannot do that
/// @param writable  files and folders that may be changed, and stay changed
public record Reach(Path own, List<Path> hidden, List<Path> discarded, List<Path> writable) {
    /// Sockets that lead to programs outside of the sandbox which do as they are told.
    private static final List<Path> SERVANTS = Stream.of("/run/dbus", "/run/user", "/run/docker.sock",
            "/run/containerd", "/run/podman", "/run/snapd.socket", "/run/systemd/private").map(Path::of).toList();

    public Reach {
        hidden = List.copyOf(hidden);
        discarded = List.copyOf(discarded);
        writable = List.copyOf(writable);
    }

    /// Without further wishes: changes of the user's home folder and of the mirror are discarded.
    ///
    /// @param home   of the commands, if they have one
    /// @param hidden besides the sockets of this machine's services
    public static Reach of(Path own, Optional<Path> home, List<Path> hidden, List<Path> writable) {
        List<Path> discarded = Stream.concat(home.stream().filter(path -> path.getParent() != null),
                Stream.of(own.resolve("mirror.git"))).toList();
        return new Reach(own, Stream.concat(SERVANTS.stream(), hidden.stream()).toList(), discarded, writable);
    }

    /// With links followed, since mounts and profiles go by real paths; without what is not there.
    static List<Path> existing(List<Path> paths) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path path : paths) {
            if (Files.exists(path)) {
                found.add(path.toRealPath());
            }
        }
        return found;
    }
}
