package com.alphaheng.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The worker's settings, `heng.*`; each may come as a system property, an environment variable (`HENG_WORKER_SLOTS`)
/// or from `config/application.properties`. The README has the table.
@ConfigMapping(prefix = "heng")
public interface WorkerConfiguration {
    /// `host:port` of the Kafka broker, several separated by commas.
    @WithDefault("localhost:7692")
    String broker();

    /// The coordinator's URL, for artifacts; default: port 7600 of the broker's host.
    Optional<String> coordinator();

    /// File with the token for it; default: the environment variable `HENG_TOKEN`, if it wants one at all.
    Optional<String> coordinatorTokenFile();

    /// Further Kafka client settings, such as `security.protocol`.
    Map<String, String> kafka();

    Worker worker();

    /// `heng.worker.sandbox.*`: files and folders, `~/` being the home folder.
    interface Sandbox {
        /// What sealed commands and agents may change besides their checkout, and what stays changed.
        Optional<List<String>> writable();

        /// What they cannot see, besides what the worker itself keeps and is told, and where people keep their keys.
        Optional<List<String>> hidden();
    }

    /// `heng.worker.*`
    interface Worker {
        /// Unique in the fleet, kept over restarts; default: the host's name.
        Optional<String> id();

        @WithDefault("1")
        int slots();

        /// Where everything this worker writes goes; default: `.alphaheng/worker/ID` in the home folder.
        Optional<String> folder();

        /// URL or path of the git repository that attempts check out.
        @WithDefault(".")
        String source();

        /// Shared by all checkouts, so that one build of the engine serves all; default: `builds` in the folder.
        Optional<String> buildCache();

        @WithDefault("agent,tune,verify,benchmark")
        List<String> kinds();

        /// Added to, and going before, the probed ones.
        Map<String, String> labels();

        @WithDefault("PT3S")
        Duration heartbeat();

        /// How long running attempts may go on after SIGTERM before they are killed and handed back.
        @WithDefault("PT5S")
        Duration drain();

        @WithDefault("PT4M")
        Duration benchmarkBudget();

        /// How long a benchmark waits for a machine that heat slows down; zero: it never waits.
        @WithDefault("PT5M")
        Duration thermalWait();

        /// A command that prints what `powermetrics --samplers thermal -n 1` prints, if this user may run it.
        Optional<String> powermetrics();

        /// Bytes of one attempt's checkout and scratch folder.
        @WithDefault("21474836480")
        long diskQuota();

        /// With fewer bytes free on the folder's disk this worker takes nothing new.
        @WithDefault("2147483648")
        long diskFloor();

        /// Without output and without use of a processor for so long a command counts as hung.
        @WithDefault("PT10M")
        Duration standstill();

        Sandbox sandbox();

        /// Agent backends by name.
        Map<String, AgentConfiguration> agents();

        /// Their order of preference for tasks that state none; default: by name.
        Optional<List<String>> agentOrder();

        /// Names of further environment variables that jobs get.
        Optional<List<String>> passEnvironment();

        /// Names of environment variables whose values are masked in output, besides those that look like keys.
        @WithName("secrets")
        Optional<List<String>> secretVariables();
    }
}
