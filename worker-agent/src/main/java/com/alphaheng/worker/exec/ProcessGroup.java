package com.alphaheng.worker.exec;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// All processes of one command: killed as a whole, looked for by group and by token.
final class ProcessGroup {
    static final String TOKEN_VARIABLE = "HENG_PROCESS_TOKEN";

    private static final int KILL_ROUNDS = 20;
    private static final int PAUSE_ROUNDS = 10;

    private final long leader;
    private final String token;
    private Set<Long> paused = Set.of();

    /// @param leader process id and, since it leads its session, group id
    ProcessGroup(long leader, String token) {
        this.leader = leader;
        this.token = token;
    }

    /// What makes a command's process the leader of its own session; empty if this machine has nothing for it, and then
    /// only descendants and token carriers are found.
    static List<String> newSession() {
        if (Tools.isThere("setsid")) {
            return List.of("setsid");
        }
        // macOS ships no setsid, but perl.
        return Tools.isThere("perl") ? List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV or die $!")
                : List.of();
    }

    /// The live members except the leader.
    List<ProcessTable.Entry> others() {
        return ProcessTable.members(leader, marker()).stream().filter(entry -> entry.pid() != leader).toList();
    }

    /// How long each live member, the leader too, has used a processor.
    Map<Long, Duration> processorTimes() {
        return ProcessTable.members(leader, marker()).stream()
                .collect(Collectors.toMap(ProcessTable.Entry::pid, ProcessTable.Entry::processorTime));
    }

    /// Kills every member, and again until none is left: a process may fork while it is being killed.
    ///
    /// @return descriptions of what could not be killed
    List<String> kill() {
        List<ProcessHandle> descendants = new ArrayList<>();
        ProcessHandle.of(leader).ifPresent(handle -> {
            // The shell first: it would comment on the death of its children.
            descendants.add(handle);
            handle.descendants().forEach(descendants::add);
        });
        descendants.forEach(ProcessHandle::destroyForcibly);
        List<ProcessTable.Entry> left = ProcessTable.members(leader, marker());
        for (int round = 0; !left.isEmpty() && round < KILL_ROUNDS; round++) {
            // Only while members live is the group's number surely still theirs.
            signal("KILL", Set.of());
            left.forEach(entry -> ProcessHandle.of(entry.pid()).ifPresent(ProcessHandle::destroyForcibly));
            breathe();
            left = ProcessTable.members(leader, marker());
        }
        return left.stream().map(ProcessTable.Entry::description).toList();
    }

    /// Makes every member stand still; one that is born meanwhile, too.
    void pause() {
        Set<Long> known = Set.of();
        for (int round = 0; round < PAUSE_ROUNDS; round++) {
            Set<Long> members = processorTimes().keySet();
            if (known.containsAll(members)) {
                break;
            }
            signal("STOP", members);
            known = members;
        }
        paused = known;
    }

    /// Lets go on what [#pause] stopped.
    void resume() {
        signal("CONT", paused);
    }

    /// Kills by the token alone: for commands of an earlier worker process, whose numbers mean nothing any more.
    void killTokenCarriers() {
        killMarked(marker());
    }

    /// Kills all that have this in their environment.
    static void killMarked(String marker) {
        List<ProcessTable.Entry> left = ProcessTable.members(0, marker);
        for (int round = 0; !left.isEmpty() && round < KILL_ROUNDS; round++) {
            left.forEach(entry -> ProcessHandle.of(entry.pid()).ifPresent(ProcessHandle::destroyForcibly));
            breathe();
            left = ProcessTable.members(0, marker);
        }
    }

    /// Sends it to the group and to these, who may have left it.
    private void signal(String name, Set<Long> members) {
        String numbers = members.stream().map(pid -> " " + pid).collect(Collectors.joining());
        try {
            Process kill = new ProcessBuilder("bash", "-c", "kill -" + name + " -- -" + leader + numbers)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            kill.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new AssertionError("bash ran the command but cannot be run to signal it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void breathe() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String marker() {
        return TOKEN_VARIABLE + "=" + token;
    }
}
