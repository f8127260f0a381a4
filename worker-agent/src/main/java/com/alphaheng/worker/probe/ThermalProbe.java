package com.alphaheng.worker.probe;

import com.alphaheng.worker.job.measure.Heat;
import com.alphaheng.worker.job.measure.Thermometer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether heat slows the machine down, as far as the system tells without special rights.
///
/// macOS: the thermal pressure that `powermetrics` shows, from the notification centre where anybody may read it; the
/// warnings and the speed limit of `pmset -g therm`. Linux: throttle counters of x86 processors that rose since the
/// last reading, processors that the kernel's thermal governor cools, zones at their passive trip point.
public final class ThermalProbe implements Thermometer {
    private static final Pattern SPEED_LIMIT = Pattern.compile("CPU_Speed_Limit\\s*=\\s*(\\d+)");
    private static final Pattern WARNING = Pattern.compile("(Thermal|Performance) Warning Level\\s*[=:]\\s*(\\d+)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PRESSURE = Pattern.compile("Current pressure level: (\\w+)");
    private static final Pattern NOTIFIED = Pattern.compile("thermalpressurelevel\\s+(\\d+)");
    /// `OSThermalPressureLevel` of macOS.
    private static final List<String> LEVELS = List.of("nominal", "moderate", "heavy", "trapping", "sleeping");
    private static final int MOST_PROCESSORS = 1024;
    private static final int MOST_ZONES = 64;
    private static final int MOST_COOLERS = 256;
    private static final int MOST_TRIPS = 12;

    private final SystemTexts system;
    private final List<String> powermetrics;
    private OptionalLong counted = OptionalLong.empty();

    /// @param powermetrics a command that prints what `powermetrics --samplers thermal -n 1` prints, where this user
    ///                     may run it; empty: not asked
    public ThermalProbe(SystemTexts system, List<String> powermetrics) {
        this.system = system;
        this.powermetrics = List.copyOf(powermetrics);
    }

    /// What one source says.
    private record Sign(boolean slowed, String evidence) {
    }

    @Override
    public synchronized Heat read() {
        boolean mac = system.command("uname", "-s").orElse("").equals("Darwin");
        List<Sign> signs = mac ? macOs() : linux();
        Optional<Sign> telling = signs.stream().filter(Sign::slowed).findFirst().or(() -> signs.stream().findFirst());
        String nothing = mac ? "neither the notification centre nor pmset says"
                : "no throttle counters, no processor cooled by the kernel, no zone with a passive trip point";
        return new Heat(telling.map(Sign::slowed), telling.map(Sign::evidence).orElse(nothing),
                mac ? OptionalDouble.empty() : hottest(), load(mac));
    }

    private List<Sign> macOs() {
        List<Sign> signs = new ArrayList<>();
        if (!powermetrics.isEmpty()) {
            system.command(powermetrics.toArray(String[]::new)).map(PRESSURE::matcher).filter(Matcher::find)
                    .ifPresent(found -> signs.add(pressure(found.group(1).toLowerCase(Locale.ROOT))));
        }
        system.command("notifyutil", "-g", "com.apple.system.thermalpressurelevel").map(NOTIFIED::matcher)
                .filter(Matcher::find).map(found -> Integer.parseInt(found.group(1)))
                .ifPresent(level -> signs.add(pressure(level < LEVELS.size() ? LEVELS.get(level) : "level " + level)));
        system.command("pmset", "-g", "therm").ifPresent(text -> addWarnings(text, signs));
        return signs;
    }

    private static Sign pressure(String level) {
        return new Sign(!level.equals(LEVELS.getFirst()), "thermal pressure: " + level);
    }

    private static void addWarnings(String text, List<Sign> signs) {
        for (Matcher warning = WARNING.matcher(text); warning.find();) {
            signs.add(new Sign(Integer.parseInt(warning.group(2)) > 0, warning.group()));
        }
        Matcher limit = SPEED_LIMIT.matcher(text);
        if (limit.find()) {
            int percent = Integer.parseInt(limit.group(1));
            signs.add(new Sign(percent < 100, "processor speed limit " + percent + " %"));
        }
        if (text.contains("No thermal warning level has been recorded")) {
            signs.add(new Sign(false, "no thermal warning"));
        }
    }

    private List<Sign> linux() {
        List<Sign> signs = new ArrayList<>();
        OptionalLong now = throttleCounts();
        if (now.isPresent()) {
            long risen = now.getAsLong() - counted.orElse(now.getAsLong());
            signs.add(new Sign(risen > 0, risen > 0 ? "throttle counters rose by " + risen
                    : "throttle counters did not rise"));
            counted = now;
        }
        cooled().ifPresent(signs::add);
        tripped().ifPresent(signs::add);
        return signs;
    }

    /// The sum over all processors; their packages' counters are the same files under each.
    private OptionalLong throttleCounts() {
        long sum = 0;
        boolean any = false;
        for (int processor = 0; processor < MOST_PROCESSORS; processor++) {
            String folder = "/sys/devices/system/cpu/cpu" + processor + "/thermal_throttle/";
            OptionalLong core = number(folder + "core_throttle_count");
            if (core.isEmpty()) {
                break;
            }
            any = true;
            sum += core.getAsLong() + number(folder + "package_throttle_count").orElse(0);
        }
        return any ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    /// Cooling devices are numbered without gaps; those of processors are called `Processor` or `cpufreq-...`.
    private Optional<Sign> cooled() {
        Optional<Sign> sign = Optional.empty();
        for (int device = 0; device < MOST_COOLERS; device++) {
            String folder = "/sys/class/thermal/cooling_device" + device + "/";
            Optional<String> type = system.file(folder + "type");
            if (type.isEmpty()) {
                return sign;
            }
            OptionalLong state = number(folder + "cur_state");
            if (state.isPresent() && type.get().toLowerCase(Locale.ROOT).matches("processor|.*cpufreq.*|cpu.*")) {
                if (state.getAsLong() > 0) {
                    return Optional.of(new Sign(true, "the kernel cools a processor, " + type.get() + " at state "
                            + state.getAsLong()));
                }
                sign = Optional.of(new Sign(false, "the kernel cools no processor"));
            }
        }
        return sign;
    }

    private Optional<Sign> tripped() {
        Optional<Sign> sign = Optional.empty();
        for (int zone = 0; zone < MOST_ZONES; zone++) {
            String folder = "/sys/class/thermal/thermal_zone" + zone + "/";
            OptionalLong temperature = number(folder + "temp");
            for (int trip = 0; temperature.isPresent() && trip < MOST_TRIPS; trip++) {
                OptionalLong point = number(folder + "trip_point_" + trip + "_temp");
                if (system.file(folder + "trip_point_" + trip + "_type").orElse("").equals("passive")
                        && point.orElse(0) > 0) {
                    if (temperature.getAsLong() >= point.getAsLong()) {
                        return Optional.of(new Sign(true, "zone " + zone + " at its passive trip point of "
                                + point.getAsLong() / 1000 + " °C"));
                    }
                    sign = Optional.of(new Sign(false, "no zone at its passive trip point"));
                }
            }
        }
        return sign;
    }

    private OptionalDouble hottest() {
        OptionalDouble hottest = OptionalDouble.empty();
        for (int zone = 0; zone < MOST_ZONES; zone++) {
            OptionalLong temperature = number("/sys/class/thermal/thermal_zone" + zone + "/temp");
            if (temperature.isPresent()) {
                hottest = OptionalDouble.of(Math.max(hottest.orElse(-273), temperature.getAsLong() / 1000.0));
            }
        }
        return hottest;
    }

    private OptionalDouble load(boolean mac) {
        Optional<String> loads = mac ? system.command("sysctl", "-n", "vm.loadavg")
                .map(text -> text.replaceAll("[{}]", "").strip()) : system.file("/proc/loadavg");
        return loads.map(text -> text.split("\\s+")[0]).filter(first -> first.matches("[0-9.]+"))
                .map(first -> OptionalDouble.of(Double.parseDouble(first)
                        / Runtime.getRuntime().availableProcessors())).orElse(OptionalDouble.empty());
    }

    private OptionalLong number(String file) {
        return system.file(file).filter(text -> text.matches("-?\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text))).orElse(OptionalLong.empty());
    }
}
