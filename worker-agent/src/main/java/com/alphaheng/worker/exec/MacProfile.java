package com.alphaheng.worker.exec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The profile that `sandbox-exec` holds a confined command to on macOS. Of rules that fit, the last one holds.
final class MacProfile {
    /// Terminals, the null device and what programs write without being asked; none of it stays.
    private static final String DEVICES = "(literal \"/dev/null\") (literal \"/dev/zero\") (literal \"/dev/tty\") "
            + "(literal \"/dev/dtracehelper\") (literal \"/dev/ptmx\") (regex #\"^/dev/ttys[0-9]+$\") "
            + "(subpath \"/dev/fd\")";

    private MacProfile() {
    }

    /// @param networks      whether the command keeps the machine's network
    /// @param userTemporary the folder below `/private/var/folders` where the system's own libraries put this user's
    ///                      temporary files and caches, whatever `TMPDIR` says
    static String of(boolean networks, LinuxSandbox.Place place, List<Path> userTemporary) throws IOException {
        StringBuilder profile = new StringBuilder("(version 1)\n(allow default)\n");
        if (!networks) {
            profile.append("(deny network*)\n(allow network* (local ip \"localhost:*\"))\n"
                    + "(allow network* (remote ip \"localhost:*\"))\n(allow network* (remote unix-socket))\n");
        }
        Path folder = place.folder().toRealPath();
        Path job = place.job().toRealPath();
        Path own = place.reach().own().toRealPath();
        profile.append("(deny file-write*)\n(allow file-write* ").append(DEVICES).append(")\n");
        rule(profile, "allow file-write*", Reach.existing(userTemporary));
        rule(profile, "deny file-read* file-write*", Reach.existing(place.reach().hidden()));
        rule(profile, "deny file-read* file-write*", List.of(own));
        // Programs ask where they are, and then look at every folder above.
        profile.append("(allow file-read-metadata");
        for (Path inner : List.of(folder, job)) {
            for (Path above = inner.getParent(); above != null; above = above.getParent()) {
                profile.append(" (literal ").append(quoted(above)).append(')');
            }
        }
        profile.append(")\n");
        rule(profile, "allow file-read*", Reach.existing(place.reach().discarded().stream()
                .filter(path -> path.startsWith(place.reach().own())).toList()));
        rule(profile, "allow file-read* file-write*", Reach.existing(place.reach().writable()));
        rule(profile, "allow file-read* file-write*", List.of(folder, job));
        rule(profile, "deny file-write*", List.of(folder.resolve(".git")));
        return profile.toString();
    }

    private static void rule(StringBuilder profile, String what, List<Path> paths) {
        if (paths.isEmpty()) {
            return;
        }
        profile.append('(').append(what);
        paths.forEach(path -> profile.append(" (subpath ").append(quoted(path)).append(')'));
        profile.append(")\n");
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
