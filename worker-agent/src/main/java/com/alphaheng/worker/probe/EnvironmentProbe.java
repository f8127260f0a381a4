package com.alphaheng.worker.probe;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What of a machine changes between two measurements without its being another machine: kernel, clock policy, power
/// source, load. What cannot be found out is left out.
public final class EnvironmentProbe {
    private final SystemTexts system;

    public EnvironmentProbe(SystemTexts system) {
        this.system = system;
    }

    /// By name, as it is now.
    public Map<String, String> read() {
        Map<String, String> facts = new TreeMap<>();
        facts.put("jdk", Runtime.version().toString());
        add(facts, "kernel", system.command("uname", "-sr"));
        if (system.command("uname", "-s").orElse("").equals("Darwin")) {
            macOs(facts);
        } else {
            linux(facts);
        }
        return facts;
    }

    private void macOs(Map<String, String> facts) {
        add(facts, "system-build", system.command("sw_vers", "-buildVersion"));
        add(facts, "power-source", system.command("pmset", "-g", "batt").flatMap(text -> text.lines().findFirst())
                .map(line -> line.replaceAll(".*'(.*)'.*", "$1")));
        add(facts, "low-power-mode", system.command("pmset", "-g").flatMap(text -> text.lines().map(String::strip)
                .filter(line -> line.startsWith("lowpowermode")).findFirst())
                .map(line -> line.endsWith("1") ? "on" : "off"));
        add(facts, "load", system.command("sysctl", "-n", "vm.loadavg"));
    }

    private void linux(Map<String, String> facts) {
        String cpu = "/sys/devices/system/cpu/";
        add(facts, "governor", system.file(cpu + "cpu0/cpufreq/scaling_governor"));
        add(facts, "clock-limit-khz", system.file(cpu + "cpu0/cpufreq/scaling_max_freq"));
        add(facts, "turbo", system.file(cpu + "intel_pstate/no_turbo").map(off -> off.equals("1") ? "off" : "on")
                .or(() -> system.file(cpu + "cpufreq/boost").map(on -> on.equals("1") ? "on" : "off")));
        add(facts, "simultaneous-threads", system.file(cpu + "smt/active").map(on -> on.equals("1") ? "on" : "off"));
        add(facts, "processors-online", system.file(cpu + "online"));
        add(facts, "huge-pages", system.file("/sys/kernel/mm/transparent_hugepage/enabled"));
        add(facts, "virtual-machine", system.file("/proc/cpuinfo").filter(text -> text.contains("flags"))
                .map(text -> text.matches("(?s).*\\bhypervisor\\b.*") ? "yes" : "no"));
        add(facts, "load", system.file("/proc/loadavg"));
    }

    private static void add(Map<String, String> facts, String name, Optional<String> value) {
        value.filter(text -> !text.isBlank()).ifPresent(text -> facts.put(name, text));
    }
}
