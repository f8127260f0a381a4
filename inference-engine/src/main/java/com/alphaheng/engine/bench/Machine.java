package com.alphaheng.engine.bench;

import com.alphaheng.engine.backend.ChipName;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The machine a figure was measured on.
///
/// @param cpu         the processor's name
/// @param cores       processors that the JVM may use
/// @param memoryBytes physical memory (or the container's limit)
/// @param os          operating system and version
/// @param arch        processor architecture
/// @param features    vector extensions, as far as the system tells
/// @param jdk         version of the running JVM
/// @param jvmFlags    options the JVM was started with
public record Machine(String cpu, int cores, long memoryBytes, String os, String arch, String features, String jdk,
                      String jvmFlags) {

    private static final List<String> VECTOR_FLAGS = List.of("avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vnni",
        "avx_vnni", "avx512_bf16", "asimd", "asimdhp", "asimddp", "i8mm", "bf16");

    public static Machine probe() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(ChipName.probe(), Runtime.getRuntime().availableProcessors(), system.getTotalMemorySize(),
            System.getProperty("os.name") + " " + System.getProperty("os.version"), System.getProperty("os.arch"),
            vectorExtensions(), System.getProperty("java.vm.version"),
            String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    }

    private static String vectorExtensions() {
        List<String> present = List.of((procLine("flags") + " " + procLine("Features")).strip().split("\\s+"));
        return VECTOR_FLAGS.stream().filter(flag -> present.contains(flag) || present.contains(flag.replace("512vnni",
            "512_vnni"))).collect(Collectors.joining(" "));
    }

    private static String procLine(String key) {
        Path path = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(path)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(key)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
