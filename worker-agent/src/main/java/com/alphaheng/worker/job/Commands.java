package com.alphaheng.worker.job;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Port: runs shell commands of an attempt, each with everything it starts in a group that can be killed as a whole.
public interface Commands {
    /// Runs a command to its end, or kills it at its time limit or when the switch is thrown. When this returns, none
    /// of the command's processes is left.
    ///
    /// @throws EnvironmentFailure if it cannot be started at all
    Outcome run(Request request, StopSwitch stop, AttemptOutput output) throws EnvironmentFailure;

    /// @param source      who writes the output, see [com.alphaheng.protocol.LogChunk#source]
    /// @param script      for `bash -euo pipefail -c`
    /// @param folder      where it runs
    /// @param environment set besides the worker's own allowed variables
    /// @param timeLimit   wall time after which everything is killed
    /// @param silenceLimit time without a line of output after which it counts as hung
    /// @param confinement what it may reach
    record Request(String source, String script, Path folder, Map<String, String> environment, Duration timeLimit,
                   Optional<Duration> silenceLimit, Confinement confinement) {
        public Request {
            environment = Map.copyOf(environment);
        }
    }

    /// What a command may reach. Where the system cannot do one of these, the worker's doctor says so.
    sealed interface Confinement {
        Confinement OPEN = new Open();
        Confinement SEALED = new Sealed();

        /// The network and the whole file system of the worker's user, in a process group of its own.
        record Open() implements Confinement {
        }

        /// No network, its own process numbers, limits on file size. It changes nothing but its folder and temporary
        /// files, and does not see what is the worker's own.
        record Sealed() implements Confinement {
        }

        /// As [Sealed], but with the network.
        ///
        /// @param writable files and folders that it may change besides; those that are not there are passed over
        record Agent(List<Path> writable) implements Confinement {
            public Agent {
                writable = List.copyOf(writable);
            }
        }
    }

    /// How a command ended.
    sealed interface Outcome {
        /// Up to 200 last lines of output, secrets masked.
        List<String> lastLines();

        Duration elapsed();
    }

    /// It ended by itself.
    ///
    /// @param metrics       what it wrote into the file `$HENG_METRICS`, if anything
    /// @param leftProcesses descriptions of processes it left behind, now killed
    /// @param processorTime  of it and its children, which a busy machine does not lengthen; only of sealed commands
    record Exited(int status, List<String> lastLines, Duration elapsed, Optional<String> metrics,
                  List<String> leftProcesses, Optional<Duration> processorTime) implements Outcome {
        public Exited {
            lastLines = List.copyOf(lastLines);
            leftProcesses = List.copyOf(leftProcesses);
        }
    }

    /// It was killed.
    record Killed(Cause cause, List<String> lastLines, Duration elapsed) implements Outcome {
        public Killed {
            lastLines = List.copyOf(lastLines);
        }
    }

    /// Why a command was killed.
    enum Cause {
        TIME_LIMIT,
        /// No output for as long as its silence limit.
        SILENCE,
        /// Neither output nor processor time for as long as this worker lets any command stand still.
        STALLED, STOPPED, DISK_QUOTA
    }
}
