package com.alphaheng.worker.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.git.TestRepository;
import com.sun.net.httpserver.HttpServer;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor says of a configuration half of which is right, on this very machine.
class WorkerDoctorTest {
    @TempDir
    Path temporary;

    @Test
    void namesWhatIsThereAndForWhatIsMissingTheRemedy() throws Exception {
        TestRepository source = new TestRepository(temporary.resolve("source"));
        source.write("a.txt", "a");
        String head = source.commit("first");
        HttpServer coordinator = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        coordinator.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        coordinator.start();
        String address = "http://127.0.0.1:" + coordinator.getAddress().getPort();
        List<String> lines = new ArrayList<>();
        boolean able = new WorkerDoctor(configuration(Map.of("heng.broker", "127.0.0.1:1",
                "heng.coordinator", address, "heng.worker.folder", temporary.resolve("work").toString(),
                "heng.worker.source", source.folder().toString(),
                "heng.worker.agents.there.command", "bash -c true",
                "heng.worker.agents.missing.command", "no-such-agent \"$HENG_PROMPT\"",
                "heng.worker.agents.keyless.command", "bash -c true", "heng.worker.agents.keyless.key", "NO_SUCH_KEY",
                "heng.worker.agents.endpoint.url", address + "/v1", "heng.worker.agents.endpoint.model", "glm")),
                lines::add).examine();
        coordinator.stop(0);
        assertThat(able).isFalse();
        assertThat(lines).anyMatch(line -> line.matches("ok   machine +.*cores.*"))
                .anyMatch(line -> line.matches("ok   labels +.*network-isolation=.*"))
                .anyMatch(line -> line.matches("(ok|-) +isolation +.*"))
                .anyMatch(line -> line.matches("(ok|-) +heat +.*slowed down by heat.*"))
                .anyMatch(line -> line.matches("(ok|NO) +folder +.*GiB free.*"))
                .anyMatch(line -> line.matches("ok   source +HEAD of .* is " + head))
                .anyMatch(line -> line.matches("NO   broker +no broker answers at 127.0.0.1:1 .*: start one with .*"))
                .anyMatch(line -> line.matches("ok   coordinator +answers at " + address))
                .anyMatch(line -> line.matches("ok   agent there +bash -c true \\(/.*bash\\)"))
                .anyMatch(line -> line.matches("NO   agent missing +there is no program 'no-such-agent' on the PATH: "
                        + "install it, or correct heng.worker.agents.missing.command"))
                .anyMatch(line -> line.matches("NO   agent keyless +.*NO_SUCH_KEY, which is not set: set it.*"))
                .anyMatch(line -> line.matches("ok   agent endpoint +answers at " + address + "/v1"));
    }

    /// In order: a broker without a port, one whose name nobody knows; a folder that is none, and one that cannot be.
    @Test
    void saysWhatIsWrongWithAddressesAndFolders() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");
        TestRepository source = new TestRepository(temporary.resolve("other"));
        source.write("a.txt", "a");
        source.commit("first");
        for (Map.Entry<String, String> wrong : Map.of("localhost", "cannot use the broker 'localhost' \\(Invalid url "
                + "in bootstrap.servers: localhost\\): write it like host:7692, with a name or address.*",
                "no-such-host.invalid:1", "cannot use the broker 'no-such-host.invalid:1' \\(No resolvable bootstrap "
                + "urls .*\\): write it like host:7692.*").entrySet()) {
            List<String> lines = new ArrayList<>();
            assertThat(new WorkerDoctor(configuration(Map.of("heng.broker", wrong.getKey(), "heng.coordinator",
                    "http://127.0.0.1:1", "heng.worker.folder", file.resolve("work").toString(),
                    "heng.worker.source", source.folder().toString())), lines::add).examine()).isFalse();
            assertThat(lines).anyMatch(line -> line.matches("NO   broker +" + wrong.getValue()))
                    .anyMatch(line -> line.matches("NO   folder +cannot write the work folder " + file
                            + "/work: give this user the folder, or name another with heng.worker.folder \\(.+\\)"))
                    .anyMatch(line -> line.matches("NO   coordinator +nothing answers at http://127.0.0.1:1 .*: "
                            + "artifacts wait on this disk; start it, or correct heng.coordinator"));
        }
    }

    @Test
    void longLinesGoOnBelowTheirText() {
        String text = WorkerDoctor.wrapped("-    isolation      neither network nor writes confined: on Linux allow "
                + "user namespaces (sysctl kernel.unprivileged_userns_clone=1) and install perl");
        assertThat(text.lines()).containsExactly(
                "-    isolation      neither network nor writes confined: on Linux allow user",
                "                    namespaces (sysctl kernel.unprivileged_userns_clone=1) and",
                "                    install perl");
        assertThat(WorkerDoctor.wrapped("ok   machine        8 cores")).isEqualTo("ok   machine        8 cores");
    }

    private static WorkerConfiguration configuration(Map<String, String> values) {
        return new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withDefaultValues(new HashMap<>(values)).withMapping(WorkerConfiguration.class).build()
                .getConfigMapping(WorkerConfiguration.class);
    }
}
