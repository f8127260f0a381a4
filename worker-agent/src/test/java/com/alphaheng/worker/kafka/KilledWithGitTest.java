package com.alphaheng.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.WorkerMessage.AttemptFinished;
import com.alphaheng.protocol.WorkerMessage.Hello;
import com.alphaheng.worker.job.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The worker is killed (`kill -9`) while its git clones, checks out, commits or pushes, and after it has pushed,
/// before it can report that; a git of the test stands still there. [LeakTest] kills it in the other stages.
@Tag("slow")
class KilledWithGitTest extends WithBroker {
    private static final String GIT = """
            #!/bin/bash
            stop=$(cat "$HENG_TEST/stop" 2> /dev/null)
            for word; do
              if [ -n "$stop" ] && [ "$word" = "$stop" ]; then
                touch "$HENG_TEST/reached"
                sleep 1797
              elif [ "$word $stop" = "push pushed" ]; then
                PATH=${PATH#*:} git "$@"
                touch "$HENG_TEST/reached"
                sleep 1797
              fi
            done
            PATH=${PATH#*:} exec git "$@"
            """;

    private final Set<String> starts = new HashSet<>();

    @Test
    void theNextStartTakesUpTheTaskAndNothingIsLeft() throws Exception {
        source.write("kernel.sh", "echo 42\n");
        source.commit("first");
        Path git = Files.createDirectories(temporary.resolve("bin")).resolve("git");
        Files.writeString(git, GIT);
        assertThat(git.toFile().setExecutable(true)).isTrue();
        Leftovers leftovers = new Leftovers(temporary, source.folder());
        Hello hello = startWorker();
        for (String stage : List.of("clone", "worktree", "commit-tree", "push", "pushed")) {
            Files.writeString(temporary.resolve("stop"), stage);
            assign(hello, stage, 1);
            while (!Files.exists(temporary.resolve("reached"))) {
                assertThat(worker.isAlive()).isTrue();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            worker.destroyForcibly().waitFor();
            Files.delete(temporary.resolve("stop"));
            Files.delete(temporary.resolve("reached"));
            if (stage.equals("pushed")) {
                mergeOnTop();
            }
            hello = startWorker();
            AttemptId second = assign(hello, stage, 2);
            AttemptFinished finished = coordinator.await(AttemptFinished.class,
                    message -> message.attempt().equals(second));
            assertThat(finished.result().outcome()).as(stage + ": " + finished.result().reason())
                    .isEqualTo(Outcome.SUCCEEDED);
            assertThat(finished.result().reason().endsWith(" by an earlier attempt")).as(stage)
                    .isEqualTo(stage.equals("pushed"));
        }
        WorkerProcess.terminate(worker);
        assertThat(Leftovers.git(source.folder(), "rev-list", "--count", "main..heng/c"))
                .as("one for each task, and the one on top").containsExactly("6");
        assertThat(leftovers.found()).allSatisfy((what, things) -> {
            if (!what.equals("entries in artifacts/")) { // Nobody takes them here.
                assertThat(things).as(what).isEmpty();
            }
        });
    }

    /// What another worker merges before the next attempt begins.
    private void mergeOnTop() throws Exception {
        source.git("update-ref", "refs/heads/heng/c", source.git("commit-tree", "heng/c^{tree}", "-p", "heng/c", "-m",
                "of another task"));
    }

    private AttemptId assign(Hello hello, String stage, int epoch) throws Exception {
        AttemptId attempt = new AttemptId("c", stage, epoch);
        coordinator.say(new CoordinatorMessage.Assignment("w1", hello.incarnation(), attempt, Duration.ofMinutes(1),
                Tasks.agent("patch", "=== " + stage + ".txt\n<<<<\n====\nmerged\n>>>>\n",
                        "grep -q '^merged$' " + stage + ".txt && ! grep -qv '^merged$' " + stage + ".txt")));
        return attempt;
    }

    private Hello startWorker() throws Exception {
        Map<String, String> environment = Map.of("HENG_TEST", temporary.toString(), "PATH",
                temporary.resolve("bin") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
        worker = WorkerProcess.start(broker.bootstrapServers(), temporary.resolve("work"), source.folder(),
                Path.of("target/killed-with-git.log").toAbsolutePath(), environment, "-XX:-UsePerfData");
        Hello hello = coordinator.await(Hello.class, message -> !starts.contains(message.incarnation()));
        starts.add(hello.incarnation());
        return hello;
    }
}
