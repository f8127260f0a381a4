package com.alphaheng.worker.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineProbeTest {
    private static final Map<String, String> M4_MAX = Map.ofEntries(
            Map.entry("uname -s", "Darwin"), Map.entry("uname -m", "arm64"),
            Map.entry("sysctl -n machdep.cpu.brand_string", "Apple M4 Max"),
            Map.entry("sysctl -n hw.physicalcpu", "16"), Map.entry("sysctl -n hw.memsize", "137438953472"),
            Map.entry("sw_vers -productVersion", "26.1"),
            Map.entry("system_profiler SPDisplaysDataType -json", """
                    {"SPDisplaysDataType": [{"sppci_model": "Apple M4 Max", "sppci_cores": "40",
                      "spdisplays_mtlgpufamilysupport": "spdisplays_metal4"}]}"""),
            Map.entry("xcode-select -p", "/Library/Developer/CommandLineTools"));

    private static final Map<String, String> LINUX = Map.of("uname -s", "Linux", "uname -m", "aarch64",
            "/proc/cpuinfo", "processor: 0\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.80GHz\n",
            "/proc/meminfo", "MemTotal:       24576000 kB\nMemFree: 1 kB",
            "/etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");

    @Test
    void anAppleSiliconMac() {
        Machine machine = new MachineProbe(new PlayedSystem(M4_MAX)).probe();
        assertThat(machine.labels()).containsEntry("os", "macos").containsEntry("chip", "m4-max")
                .containsEntry("arch", "arm64").containsEntry("backend", "metal").containsEntry("metal", "metal4")
                .containsEntry("toolchain", "command-line-tools").containsEntry("jdk", "25");
        assertThat(machine.cpuCores()).isEqualTo(16);
        assertThat(machine.gpuCores()).isEqualTo(40);
        assertThat(machine.memoryBytes()).isEqualTo(128L << 30);
        assertThat(machine.description()).isEqualTo("Apple M4 Max, 16 cores, 40 GPU cores, 128 GB, macOS 26.1");
    }

    @Test
    void aLinuxMachine() {
        Machine machine = new MachineProbe(new PlayedSystem(LINUX)).probe();
        assertThat(machine.labels()).containsEntry("os", "linux").containsEntry("arch", "arm64")
                .containsEntry("chip", "intel-xeon-cpu-2.80ghz").containsEntry("backend", "cpu");
        assertThat(machine.memoryBytes()).isEqualTo(24_576_000L * 1024);
        assertThat(machine.description()).contains("Debian GNU/Linux 12 (bookworm)").contains("23 GB");
    }

    @Test
    void aMachineThatSaysNothingIsNotGuessedAt() {
        Machine machine = new MachineProbe(new PlayedSystem(Map.of())).probe();
        assertThat(machine.gpuCores()).isZero();
        assertThat(machine.memoryBytes()).isZero();
        assertThat(machine.labels()).doesNotContainKey("metal").containsEntry("backend", "cpu");
    }

    @Test
    void thisMachineHasAtLeastACoreAndMemory() {
        Machine machine = new MachineProbe(SystemTexts.LIVE).probe();
        assertThat(machine.cpuCores()).isPositive();
        assertThat(machine.memoryBytes()).isGreaterThan(1L << 28);
        assertThat(machine.fingerprint()).contains("JDK 25");
    }
}
