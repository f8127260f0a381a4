package com.alphaheng.worker.exec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/// Programs that a worker runs: what follows where one is missing, and the remedy. The doctor and the worker's start
/// say the same of them.
public final class Tools {
    private Tools() {
    }

    /// A program that is not there.
    ///
    /// @param needed whether no worker can do without it
    public record Missing(String program, boolean needed, String consequence, String remedy) {
        /// What is missing and what follows from it.
        public String fact() {
            return "there is no " + program + " on this worker's PATH, " + consequence;
        }

        /// For people: also what to do.
        public String describe() {
            return fact() + ": " + remedy;
        }
    }

    private static final Missing BASH = new Missing("bash", true, "and every command of a task runs in it",
            "install it (Debian: apt-get install bash)");
    private static final Missing GIT = new Missing("git", true, "and every attempt begins with a checkout",
            "install it (macOS: xcode-select --install; Debian: apt-get install git)");
    private static final Missing COMPILER = new Missing("C compiler (cc)", false, "so marlin runs slower, "
            + "without its C kernels, and changes of them cannot be verified or measured here",
            "install one (macOS: xcode-select --install; Debian: apt-get install gcc)");
    private static final Missing UNSHARE = new Missing("unshare", false, "so what changes are verified with has the "
            + "network and may write whatever this user may", "install it (Debian: apt-get install util-linux)");
    private static final Missing PERL = new Missing("perl", false, "so what changes are verified with may write "
            + "whatever this user may", "install it (Debian: apt-get install perl-base)");

    /// What this machine lacks, the needed first.
    public static List<Missing> missing() {
        return missing(Tools::isThere, Files.isDirectory(Path.of("/proc/self/ns")));
    }

    /// @param there whether there is a program
    /// @param linux whether commands are confined by namespaces, if by anything
    static List<Missing> missing(Predicate<String> there, boolean linux) {
        return List.of(BASH, GIT, COMPILER, UNSHARE, PERL).stream().filter(tool -> linux
                || tool != UNSHARE && tool != PERL).filter(tool -> !there.test(tool == COMPILER ? "cc"
                : tool.program)).toList();
    }

    /// Whether programs that this one starts would find it.
    static boolean isThere(String program) {
        String path = new ProcessBuilder().environment().getOrDefault("PATH", "/usr/bin:/bin");
        for (String folder : path.split(":")) {
            Path file = Path.of(folder, program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return true;
            }
        }
        return false;
    }
}
