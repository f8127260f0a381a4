package com.alphaheng.worker.exec;

import com.alphaheng.worker.job.Commands.Confinement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Turns a shell script into the command line that confines it, using what this machine offers.
public final class CommandLine {
    /// The script is `$1`; the file that receives descriptions of left processes is `$2`; the file size limit in KiB
    /// `$3`. In a namespace of its own this shell is process 1, so whatever else has a number when the script ends was
    /// left.
    private static final String SEALED_PRELUDE = """
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

    private static final String MAC_PROFILE = "(version 1)(allow default)(deny network*)"
            + "(allow network* (local ip \"localhost:*\"))(allow network* (remote ip \"localhost:*\"))"
            + "(allow network* (remote unix-socket))";

    private final List<String> newSession = ProcessGroup.newSession();
    private final List<String> namespaces = workingNamespaces();
    private final boolean sandboxExec = works(List.of("sandbox-exec", "-p", MAC_PROFILE, "true"));

    /// In one line, for the doctor and the worker's labels.
    public String isolation() {
        String session = newSession.isEmpty() ? "descendants only" : "process group";
        if (!namespaces.isEmpty()) {
            return "namespaces (process numbers, network, mounts), " + session;
        }
        return sandboxExec ? "sandbox-exec (no network), " + session : session + ", network not cut off";
    }

    /// Whether a sealed command is cut off from the network here.
    public boolean cutsNetwork() {
        return !namespaces.isEmpty() || sandboxExec;
    }

    List<String> of(String script, Confinement confinement, Path leftFile, long mostFileBytes) {
        List<String> line = new ArrayList<>(newSession);
        String limit = Long.toString(Math.max(1, mostFileBytes / 1024));
        switch (confinement) {
            case OPEN -> line.addAll(List.of("bash", "-c", "ulimit -c 0; exec bash -euo pipefail -c \"$1\" heng",
                    "heng",
                    script));
            case SEALED -> {
                if (!namespaces.isEmpty()) {
                    line.addAll(namespaces);
                    line.addAll(List.of("bash", "-c", "exec 9>>\"$2\"\n" + SEALED_PRELUDE, "heng", script,
                            leftFile.toString(), limit));
                } else {
                    if (sandboxExec) {
                        line.addAll(List.of("sandbox-exec", "-p", MAC_PROFILE));
                    }
                    line.addAll(List.of("bash", "-c", LIMITED_PRELUDE, "heng", script, leftFile.toString(), limit));
                }
            }
        }
        return line;
    }

    private static List<String> workingNamespaces() {
        List<String> asRoot = List.of("unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--net");
        if (works(asRoot)) {
            return asRoot;
        }
        List<String> asUser = new ArrayList<>(asRoot);
        asUser.addAll(1, List.of("--user", "--map-root-user"));
        return works(asUser) ? List.copyOf(asUser) : List.of();
    }

    private static boolean works(List<String> prefix) {
        List<String> line = new ArrayList<>(prefix);
        if (!line.getLast().equals("true")) {
            line.add("true");
        }
        try {
            Process trial = new ProcessBuilder(line).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!trial.waitFor(5, TimeUnit.SECONDS)) {
                trial.destroyForcibly();
                return false;
            }
            return trial.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
