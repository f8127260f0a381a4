package com.alphaheng.worker.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.measure.Heat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What machines say of their heat, in the words of their own tools.
class ThermalProbeTest {
    private static final String COOL_MAC = """
            Note: No thermal warning level has been recorded
            Note: No performance warning level has been recorded
            Note: No CPU power status has been recorded
            """;
    private static final String POWERMETRICS = """
            Machine model: Mac16,5
            *** Sampled system activity (Mon Nov 23 10:00:00 2026 +0100) (203.11ms elapsed) ***

            **** Thermal pressure ****

            Current pressure level: Heavy
            """;

    @ParameterizedTest
    @CsvSource({"0, false, nominal", "1, true, moderate", "2, true, heavy", "3, true, trapping", "4, true, sleeping",
        "9, true, level 9"})
    void macOsSaysItsThermalPressureToAnybody(int level, boolean slowed, String word) {
        Heat heat = mac(Map.of("notifyutil -g com.apple.system.thermalpressurelevel",
                "com.apple.system.thermalpressurelevel " + level, "pmset -g therm", COOL_MAC)).read();
        assertThat(heat.slowed()).contains(slowed);
        assertThat(heat.evidence()).isEqualTo("thermal pressure: " + word);
        assertThat(heat.loadPerCore()).hasValue(3.2 / Runtime.getRuntime().availableProcessors());
    }

    @Test
    void anIntelMacSaysItsSpeedLimitAndWarnings() {
        Heat limited = mac(Map.of("pmset -g therm", """
                Note: No thermal warning level has been recorded
                CPU Power notify
                \tCPU_Scheduler_Limit \t= 100
                \tCPU_Available_CPUs \t= 16
                \tCPU_Speed_Limit \t= 72
                """)).read();
        assertThat(limited.slowed()).contains(true);
        assertThat(limited.describe()).startsWith("slowed down by heat (processor speed limit 72 %)");
        assertThat(mac(Map.of("pmset -g therm", "Thermal Warning Level = 1\n")).read().slowed()).contains(true);
        assertThat(mac(Map.of("pmset -g therm", "CPU_Speed_Limit = 100\n")).read().slowed()).contains(false);
        assertThat(mac(Map.of("pmset -g therm", COOL_MAC)).read().slowed()).contains(false);
    }

    @Test
    void powermetricsIsAskedWhereTheWorkerMayRunIt() {
        Map<String, String> texts = new HashMap<>(Map.of("uname -s", "Darwin",
                "sudo -n powermetrics --samplers thermal -n 1", POWERMETRICS, "pmset -g therm", COOL_MAC));
        List<String> command = List.of("sudo", "-n", "powermetrics", "--samplers", "thermal", "-n", "1");
        assertThat(new ThermalProbe(new PlayedSystem(texts), command).read().describe())
                .isEqualTo("slowed down by heat (thermal pressure: heavy)");
        assertThat(new ThermalProbe(new PlayedSystem(texts), List.of()).read().slowed()).contains(false);
    }

    @Test
    void linuxCountsThrottlingSinceTheLastReadingOverAllProcessors() {
        Map<String, String> texts = new HashMap<>(Map.of("uname -s", "Linux",
                throttle(0, "core"), "812", throttle(0, "package"), "40", throttle(1, "core"), "5",
                "/sys/class/thermal/thermal_zone0/temp", "51000", "/sys/class/thermal/thermal_zone2/temp", "63500"));
        ThermalProbe probe = new ThermalProbe(new PlayedSystem(texts), List.of());
        Heat first = probe.read();
        assertThat(first.slowed()).as("what was counted before is long ago").contains(false);
        assertThat(first.celsius()).hasValue(63.5);
        texts.put(throttle(1, "core"), "8");
        assertThat(probe.read().describe()).isEqualTo("slowed down by heat (throttle counters rose by 3), 64 °C");
        assertThat(probe.read().slowed()).as("it is over").contains(false);
    }

    @Test
    void linuxSaysWhichProcessorsItCoolsAndWhichZonesTrip() {
        Map<String, String> texts = new HashMap<>(Map.of("uname -s", "Linux",
                "/sys/class/thermal/cooling_device0/type", "Fan", "/sys/class/thermal/cooling_device0/cur_state", "3",
                "/sys/class/thermal/cooling_device1/type", "cpufreq-cpu0",
                "/sys/class/thermal/cooling_device1/cur_state", "0"));
        ThermalProbe probe = new ThermalProbe(new PlayedSystem(texts), List.of());
        assertThat(probe.read().evidence()).isEqualTo("the kernel cools no processor");
        texts.put("/sys/class/thermal/cooling_device1/cur_state", "2");
        assertThat(probe.read().evidence()).isEqualTo("the kernel cools a processor, cpufreq-cpu0 at state 2");
        texts.clear();
        texts.put("/sys/class/thermal/thermal_zone0/temp", "84900");
        texts.put("/sys/class/thermal/thermal_zone0/trip_point_0_type", "critical");
        texts.put("/sys/class/thermal/thermal_zone0/trip_point_0_temp", "80000");
        assertThat(probe.read().slowed()).as("no passive trip point").isEmpty();
        texts.put("/sys/class/thermal/thermal_zone0/trip_point_1_type", "passive");
        texts.put("/sys/class/thermal/thermal_zone0/trip_point_1_temp", "85000");
        assertThat(probe.read().slowed()).contains(false);
        texts.put("/sys/class/thermal/thermal_zone0/temp", "85000");
        assertThat(probe.read().evidence()).isEqualTo("zone 0 at its passive trip point of 85 °C");
    }

    @Test
    void aMachineThatSaysNothingIsUnknownNotCool() {
        Heat linux = new ThermalProbe(new PlayedSystem(Map.of("uname -s", "Linux")), List.of()).read();
        assertThat(linux.slowed()).isEmpty();
        assertThat(linux.describe()).isEqualTo("unknown whether it is slowed down by heat (no throttle counters, "
                + "no processor cooled by the kernel, no zone with a passive trip point)");
        Heat mac = new ThermalProbe(new PlayedSystem(Map.of("uname -s", "Darwin")), List.of()).read();
        assertThat(mac.describe()).contains("neither the notification centre nor pmset says");
    }

    @Test
    void theEnvironmentOfAMeasurement() {
        assertThat(new EnvironmentProbe(new PlayedSystem(Map.of("uname -s", "Linux", "uname -sr", "Linux 6.1.0-12",
                "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave",
                "/sys/devices/system/cpu/intel_pstate/no_turbo", "1", "/proc/cpuinfo", "flags : fpu hypervisor avx",
                "/proc/loadavg", "0.50 0.40 0.30 1/234 999"))).read())
                .containsEntry("kernel", "Linux 6.1.0-12").containsEntry("governor", "powersave")
                .containsEntry("turbo", "off").containsEntry("virtual-machine", "yes")
                .containsEntry("load", "0.50 0.40 0.30 1/234 999").doesNotContainKey("huge-pages").containsKey("jdk");
        assertThat(new EnvironmentProbe(new PlayedSystem(Map.of("uname -s", "Darwin", "sw_vers -buildVersion", "25B78",
                "pmset -g batt", "Now drawing from 'Battery Power'\n -InternalBattery-0 91%",
                "pmset -g", "System-wide power settings:\n lowpowermode         1\n"))).read())
                .containsEntry("system-build", "25B78").containsEntry("power-source", "Battery Power")
                .containsEntry("low-power-mode", "on");
    }

    private static String throttle(int processor, String kind) {
        return "/sys/devices/system/cpu/cpu" + processor + "/thermal_throttle/" + kind + "_throttle_count";
    }

    private static ThermalProbe mac(Map<String, String> texts) {
        Map<String, String> all = new HashMap<>(texts);
        all.put("uname -s", "Darwin");
        all.put("sysctl -n vm.loadavg", "{ 3.20 2.10 1.00 }");
        return new ThermalProbe(new PlayedSystem(all), List.of());
    }
}
