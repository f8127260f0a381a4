package com.alphaheng.worker.exec;

import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.Commands.Confinement.Agent;
import com.alphaheng.worker.job.Commands.Confinement.Open;
import com.alphaheng.worker.job.Commands.Confinement.Sealed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Turns a shell script into the command line that confines it, using what this machine offers.
public final class CommandLine {
    /// The script is `$1`; the file that receives descriptions of left processes is `$2`; the file size limit in KiB
    /// `$3`. In a namespace of its own this shell is process 1, so whatever else has a number when the script ends was
    /// left. For machines where [LinuxSandbox], which does this and more, does not work.
    private static final String SEALED_PRELUDE = """
            exec 9>>"$2"
            ip link set lo up 2>/dev/null || true
            ulimit -c 0; ulimit -f "$3"
            bash -euo pipefail -c "$1" heng 9>&- && status=0 || status=$?
            times > "$2.times"
            for process in /proc/[0-9]*; do
              [ "${process#/proc/}" = 1 ] && continue
              line=$(tr '\\0' ' ' < "$process/cmdline" 2>/dev/null) || continue
              [ -z "$line" ] || printf '%s\\n' "$line" >&9
            done
            exit $status
            """;

    private static final String LIMITED_PRELUDE = """
            ulimit -c 0; ulimit -f "$3"
            bash -euo pipefail -c "$1" heng && status=0 || status=$?
            times > "$2.times"
            exit $status
            """;

    private static final String OPEN_PRELUDE = "ulimit -c 0; exec bash -euo pipefail -c \"$1\" heng";

    /// The report's files are opened out here, where they are beyond the command's reach.
    private static final String REPORTED = "exec 8>\"$1.times\" 9>>\"$1\"; shift; exec \"$@\"";

    private final List<String> newSession = ProcessGroup.newSession();
    private final Means means;
    private final String obstacle;
    private final boolean forgetsHome;

    /// How this machine confines, the best first.
    private enum Means {
        MOUNTS_AS_ROOT, MOUNTS_AS_USER, NAMESPACES_AS_ROOT, NAMESPACES_AS_USER, SANDBOX_EXEC, NOTHING
    }

    /// What came of trying the sandbox.
    private record Trial(Optional<Means> means, String obstacle, boolean forgetsHome) {
    }

    public CommandLine() {
        boolean asRoot = works(namespaces(false));
        boolean asUser = !asRoot && works(namespaces(true));
        Trial trial = asRoot || asUser ? tried(asUser)
                : new Trial(Optional.empty(), Tools.isThere("unshare") ? "this user may make no namespaces"
                : "there is no unshare", false);
        obstacle = trial.obstacle;
        forgetsHome = trial.forgetsHome;
        means = trial.means.orElseGet(() -> asRoot ? Means.NAMESPACES_AS_ROOT : asUser ? Means.NAMESPACES_AS_USER
                : works(List.of("sandbox-exec", "-p", "(version 1)(allow default)(deny file-write*)"))
                ? Means.SANDBOX_EXEC : Means.NOTHING);
    }

    /// In one line, for the doctor and the worker's labels.
    public String isolation() {
        String session = newSession.isEmpty() ? "descendants only" : "process group";
        return switch (means) {
            case MOUNTS_AS_ROOT, MOUNTS_AS_USER -> "namespaces (files, network, process numbers), " + session
                    + (forgetsHome ? "" : "; home read-only (no overlay)");
            case NAMESPACES_AS_ROOT, NAMESPACES_AS_USER -> "namespaces (network, process numbers), " + session
                    + "; writes not confined (" + obstacle + ")";
            case SANDBOX_EXEC -> "sandbox-exec (files, network), " + session;
            case NOTHING -> session + "; neither network nor writes confined (" + obstacle + ")";
        };
    }

    /// What follows from how commands are confined here, and what would confine them better; empty if they are well.
    public Optional<String> weakness() {
        if (confinesWrites()) {
            return Optional.empty();
        }
        return Optional.of((means == Means.NOTHING ? "what changes are verified with has the network and may write "
                : "what changes are verified with may write ") + "whatever this user may (" + obstacle + "): "
                + remedy());
    }

    private String remedy() {
        if (Files.isDirectory(Path.of("/Library"))) {
            return "sandbox-exec must work";
        }
        return !Tools.isThere("unshare") ? "install unshare (Debian: apt-get install util-linux)"
                : !Tools.isThere("bash") ? "install bash (Debian: apt-get install bash)"
                : !Tools.isThere("perl") ? "install perl (Debian: apt-get install perl-base)"
                : means == Means.NOTHING ? "run the worker as root, or allow user namespaces (sysctl "
                + "kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000; Ubuntu: "
                + "kernel.apparmor_restrict_unprivileged_userns=0)"
                : "it needs a kernel of 5.12 or later, and programs of the PATH outside of /tmp";
    }

    /// Whether a sealed command is cut off from the network here.
    public boolean cutsNetwork() {
        return means != Means.NOTHING;
    }

    /// Whether a confined command can write only what it should here.
    public boolean confinesWrites() {
        return switch (means) {
            case MOUNTS_AS_ROOT, MOUNTS_AS_USER, SANDBOX_EXEC -> true;
            case NAMESPACES_AS_ROOT, NAMESPACES_AS_USER, NOTHING -> false;
        };
    }

    /// @param left where descriptions of processes go that the command leaves; `left.times` beside it gets its times
    List<String> of(String script, Confinement confinement, LinuxSandbox.Place place, Path left, long mostFileBytes)
            throws IOException {
        List<String> line = new ArrayList<>(newSession);
        line.addAll(switch (confinement) {
            case Open _ -> limited(OPEN_PRELUDE, script, left, mostFileBytes);
            case Sealed _ -> confined(false, place, script, left, mostFileBytes);
            case Agent agent -> confined(true, new LinuxSandbox.Place(place.folder(), place.job(),
                    new Reach(place.reach().own(), place.reach().hidden(), place.reach().discarded(),
                    Stream.concat(place.reach().writable().stream(), agent.writable().stream()).toList())), script,
                    left, mostFileBytes);
        });
        return line;
    }

    private List<String> confined(boolean networks, LinuxSandbox.Place place, String script, Path left,
                                  long mostFileBytes) throws IOException {
        return switch (means) {
            case MOUNTS_AS_ROOT, MOUNTS_AS_USER -> reported(left, LinuxSandbox.line(means == Means.MOUNTS_AS_USER,
                    networks, place, script, kibibytes(mostFileBytes)));
            case NAMESPACES_AS_ROOT, NAMESPACES_AS_USER -> networks ? limited(OPEN_PRELUDE, script, left, mostFileBytes)
                    : joined(namespaces(means == Means.NAMESPACES_AS_USER),
                    limited(SEALED_PRELUDE, script, left, mostFileBytes));
            case SANDBOX_EXEC -> joined(List.of("sandbox-exec", "-p", MacProfile.of(networks, place,
                    userTemporary())), limited(LIMITED_PRELUDE, script, left, mostFileBytes));
            case NOTHING -> limited(networks ? OPEN_PRELUDE : LIMITED_PRELUDE, script, left, mostFileBytes);
        };
    }

    private static List<String> limited(String prelude, String script, Path left, long mostFileBytes) {
        return List.of("bash", "-c", prelude, "heng", script, left.toString(), Long.toString(kibibytes(mostFileBytes)));
    }

    private static List<String> reported(Path left, List<String> line) {
        return joined(List.of("bash", "-c", REPORTED, "heng", left.toString()), line);
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static long kibibytes(long bytes) {
        return Math.max(1, bytes / 1024);
    }

    /// `/var/folders/xx/yyyy/T` is this process's folder for temporary files; its neighbour `C` holds caches.
    private static List<Path> userTemporary() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        return temporary.getParent() != null && temporary.toString().contains("/var/folders/")
                ? List.of(temporary.getParent()) : List.of();
    }

    private static List<String> namespaces(boolean asUser) {
        List<String> line = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
                "--net"));
        if (asUser) {
            line.addAll(1, List.of("--user", "--map-root-user"));
        }
        return line;
    }

    /// Sets a sandbox up and writes where that is allowed, where it is not, and where it is forgotten.
    private static Trial tried(boolean asUser) {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("heng-sandbox");
            Path tree = Files.createDirectories(folder.resolve("own/checkouts/tree"));
            Path job = folder.resolve("own/scratch/job");
            Files.createDirectories(job.resolve("tmp"));
            Path home = Files.createDirectories(folder.resolve("home"));
            Path left = folder.resolve("left");
            List<String> line = reported(left, LinuxSandbox.line(asUser, false, new LinuxSandbox.Place(tree, job,
                    new Reach(folder.resolve("own"), List.of(), List.of(home), List.of())),
                    "touch inside; touch ../outside 2>/dev/null || true; touch '" + home + "/in' 2>/dev/null || exit 3",
                    1024));
            int status = status(line);
            boolean kept = Files.exists(tree.resolve("inside")) && !Files.exists(tree.resolveSibling("outside"))
                    && !Files.exists(home.resolve("in"));
            if (kept && (status == 0 || status == 3)) {
                return new Trial(Optional.of(asUser ? Means.MOUNTS_AS_USER : Means.MOUNTS_AS_ROOT), "", status == 0);
            }
            String said = Files.exists(left) ? Files.readString(left).replace(LinuxSandbox.FAILURE, "").strip() : "";
            return new Trial(Optional.empty(), !Tools.isThere("perl") ? "there is no perl"
                    : said.startsWith("bash: ") ? "bash cannot be found within: the PATH names folders that are hidden "
                    + "there, such as /tmp" : said.isEmpty() ? "exit status " + status : said, false);
        } catch (IOException e) {
            return new Trial(Optional.empty(), Tools.isThere("bash") ? e.getMessage() : "there is no bash", false);
        } finally {
            if (folder != null) {
                FolderTree.remove(folder);
            }
        }
    }

    private static boolean works(List<String> prefix) {
        List<String> line = new ArrayList<>(prefix);
        line.add("true");
        try {
            return status(line) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// The exit status; -1 of what does not end.
    private static int status(List<String> line) throws IOException {
        try {
            Process trial = new ProcessBuilder(line).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!trial.waitFor(30, TimeUnit.SECONDS)) {
                trial.destroyForcibly();
                return -1;
            }
            return trial.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
