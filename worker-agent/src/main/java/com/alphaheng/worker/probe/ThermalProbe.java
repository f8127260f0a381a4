package com.alphaheng.worker.probe;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether the machine is slowed down by heat or by its load, as far as the system tells without special rights.
public final class ThermalProbe {
    private static final Pattern SPEED_LIMIT = Pattern.compile("CPU_Speed_Limit\\s*=\\s*(\\d+)");

    private final SystemTexts system;

    public ThermalProbe(SystemTexts system) {
        this.system = system;
    }

    /// @param throttled     empty where the system does not say
    /// @param celsius       hottest sensor, where readable
    /// @param loadPerCore   processes that want to run, per core, over the last minute
    public record State(Optional<Boolean> throttled, OptionalDouble celsius, OptionalDouble loadPerCore) {
        /// Words for reports and the doctor.
        public String describe() {
            String heat = throttled.map(slow -> slow ? "slowed down by heat" : "full speed")
                    .orElse("the system does not say whether it is slowed down");
            return heat + (celsius.isPresent() ? ", %.0f °C".formatted(celsius.getAsDouble()) : "")
                    + (loadPerCore.isPresent() ? ", load %.2f per core".formatted(loadPerCore.getAsDouble()) : "");
        }
    }

    public State read() {
        return system.command("uname", "-s").orElse("").equals("Darwin") ? macOs() : linux();
    }

    private State macOs() {
        Optional<Boolean> throttled = system.command("pmset", "-g", "therm").flatMap(text -> {
            Matcher limit = SPEED_LIMIT.matcher(text);
            if (limit.find()) {
                return Optional.of(Integer.parseInt(limit.group(1)) < 100);
            }
            return text.contains("No thermal warning level has been recorded") ? Optional.of(false) : Optional.empty();
        });
        OptionalDouble load = system.command("sysctl", "-n", "vm.loadavg")
                .map(text -> perCore(text.replaceAll("[{}]", "").strip())).orElse(OptionalDouble.empty());
        return new State(throttled, OptionalDouble.empty(), load);
    }

    private State linux() {
        double hottest = Double.NaN;
        for (int zone = 0; zone < 32; zone++) {
            Optional<String> temperature = system.file("/sys/class/thermal/thermal_zone" + zone + "/temp");
            if (temperature.isPresent() && temperature.get().matches("-?\\d+")) {
                double celsius = Integer.parseInt(temperature.get()) / 1000.0;
                hottest = Double.isNaN(hottest) ? celsius : Math.max(hottest, celsius);
            }
        }
        Optional<String> now = system.file("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count");
        Optional<Boolean> throttled = now.map(count -> !count.equals("0") && runsBelowItsClock());
        OptionalDouble load = system.file("/proc/loadavg").map(ThermalProbe::perCore).orElse(OptionalDouble.empty());
        return new State(throttled, Double.isNaN(hottest) ? OptionalDouble.empty() : OptionalDouble.of(hottest), load);
    }

    private boolean runsBelowItsClock() {
        String base = "/sys/devices/system/cpu/cpu0/cpufreq/";
        Optional<String> most = system.file(base + "scaling_max_freq");
        Optional<String> current = system.file(base + "scaling_cur_freq");
        return most.isPresent() && current.isPresent()
                && Double.parseDouble(current.get()) < 0.8 * Double.parseDouble(most.get());
    }

    private static OptionalDouble perCore(String loads) {
        String first = loads.split("\\s+")[0];
        return first.matches("[0-9.]+")
                ? OptionalDouble.of(Double.parseDouble(first) / Runtime.getRuntime().availableProcessors())
                : OptionalDouble.empty();
    }
}
