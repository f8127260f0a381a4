package com.alphaheng.worker.probe;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds out what this machine is. What cannot be found out is left out, never guessed.
public final class MachineProbe {
    private final SystemTexts system;

    public MachineProbe(SystemTexts system) {
        this.system = system;
    }

    public Machine probe() {
        String name = system.command("uname", "-s").orElse(System.getProperty("os.name").replace("Mac OS X", "Darwin"));
        return switch (name) {
            case "Darwin" -> macOs();
            case "Linux" -> linux();
            default -> machine(name.toLowerCase(Locale.ROOT), "unknown chip", name,
                    Runtime.getRuntime().availableProcessors(), 0, 0, new HashMap<>());
        };
    }

    private Machine macOs() {
        Map<String, String> labels = new HashMap<>();
        String chip = system.command("sysctl", "-n", "machdep.cpu.brand_string").orElse("unknown chip");
        int cores = number(system.command("sysctl", "-n", "hw.physicalcpu")).intValue();
        long memory = number(system.command("sysctl", "-n", "hw.memsize"));
        String version = system.command("sw_vers", "-productVersion").orElse("unknown version");
        int gpuCores = 0;
        Optional<JsonNode> display = system.command("system_profiler", "SPDisplaysDataType", "-json")
                .flatMap(MachineProbe::json).map(root -> root.path("SPDisplaysDataType").path(0));
        if (display.isPresent()) {
            gpuCores = display.get().path("sppci_cores").asInt(0);
            String family = display.get().path("spdisplays_mtlgpufamilysupport").asText("");
            if (!family.isEmpty()) {
                labels.put("metal", family.replace("spdisplays_", ""));
                labels.put("backend", "metal");
            }
        }
        system.command("xcrun", "--find", "metal").ifPresent(path -> labels.put("metal-compiler", "offline"));
        system.command("xcodebuild", "-version").map(text -> text.lines().findFirst().orElse(""))
                .or(() -> system.command("xcode-select", "-p").map(path -> "command line tools"))
                .ifPresent(tool -> labels.put("toolchain", slug(tool)));
        return machine("macos", chip, "macOS " + version, cores, gpuCores, memory, labels);
    }

    private Machine linux() {
        Map<String, String> labels = new HashMap<>();
        String chip = system.file("/proc/cpuinfo").flatMap(text -> field(text, "model name\\s*:\\s*(.+)"))
                .or(() -> system.command("lscpu").flatMap(text -> field(text, "Model name:\\s*(.+)")))
                .orElse("unknown chip");
        long memory = system.file("/proc/meminfo").flatMap(text -> field(text, "MemTotal:\\s*(\\d+) kB"))
                .map(kib -> Long.parseLong(kib) * 1024).orElse(0L);
        String version = system.file("/etc/os-release").flatMap(text -> field(text, "PRETTY_NAME=\"?([^\"]+)\"?"))
                .orElse("Linux");
        system.command("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
                .flatMap(text -> text.lines().findFirst()).ifPresent(gpu -> labels.put("gpu", slug(gpu)));
        system.command("cc", "--version").flatMap(text -> text.lines().findFirst())
                .ifPresent(line -> labels.put("toolchain", slug(line.split("\\(")[0])));
        return machine("linux", chip, version, Runtime.getRuntime().availableProcessors(), 0, memory, labels);
    }

    private Machine machine(String os, String chip, String version, int cores, int gpuCores, long memory,
                            Map<String, String> labels) {
        String arch = system.command("uname", "-m").orElse(System.getProperty("os.arch"));
        labels.put("os", os);
        labels.put("arch", arch.equals("aarch64") ? "arm64" : arch);
        labels.put("chip", slug(chip.replace("Apple ", "")));
        labels.put("jdk", Integer.toString(Runtime.version().feature()));
        labels.putIfAbsent("backend", "cpu");
        String description = chip + ", " + cores + " cores" + (gpuCores > 0 ? ", " + gpuCores + " GPU cores" : "")
                + (memory > 0 ? ", " + Math.round(memory / (double) (1L << 30)) + " GB" : "") + ", " + version;
        return new Machine(labels, cores, gpuCores, memory, description);
    }

    /// "M4 Max" becomes `m4-max`: what a task file can name.
    private static String slug(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("\\((r|tm)\\)", "").replaceAll("[^a-z0-9.]+", "-")
                .replaceAll("^-|-$", "");
    }

    private static Optional<String> field(String text, String pattern) {
        Matcher matcher = Pattern.compile("(?m)^" + pattern).matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1).strip()) : Optional.empty();
    }

    private static Long number(Optional<String> text) {
        return text.filter(t -> t.matches("\\d+")).map(Long::parseLong).orElse(0L);
    }

    private static Optional<JsonNode> json(String text) {
        try {
            return Optional.of(ProtocolCodec.jsonMapper().readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
