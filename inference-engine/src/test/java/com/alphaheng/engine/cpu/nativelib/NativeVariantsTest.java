package com.alphaheng.engine.cpu.nativelib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The C kernels agree with double precision for every instruction set they are written for, not only this machine's:
/// each is compiled with the flags that select it, and run (NEON under QEMU, where a cross compiler is at hand).
@Tag("slow")
class NativeVariantsTest {

    private static final Path MODULE = Path.of("").toAbsolutePath();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "cc -march=native",
        "cc -mavx2 -mfma -mf16c",
        "cc",
        "aarch64-linux-gnu-gcc -static -march=armv8-a",
        "aarch64-linux-gnu-gcc -static -march=armv8.2-a+dotprod+fp16"})
    void agreesWithDoublePrecision(String compiler) throws IOException, InterruptedException {
        boolean cross = compiler.startsWith("aarch64");
        boolean intel = System.getProperty("os.arch").equals("amd64");
        skipUnless(intel || !cross && !compiler.contains("avx"), compiler + ": this is not an x86-64 machine");
        skipUnless(present("cc"), compiler + ": no C compiler");
        skipUnless(!cross || present("aarch64-linux-gnu-gcc") && present("qemu-aarch64-static"),
            compiler + ": no aarch64 cross compiler with QEMU");
        skipUnless(!compiler.contains("avx") || Files.readString(Path.of("/proc/cpuinfo")).contains(" avx2 "),
            compiler + ": this machine has no AVX2");
        Path program = folder.resolve("kernels_test");
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(List.of("-O1", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-psabi",
            MODULE.resolve("src/test/native/kernels_test.c").toString()));
        try (Stream<Path> sources = Files.list(MODULE.resolve("src/main/native"))) {
            sources.map(Path::toString).filter(name -> name.endsWith(".c")).sorted().forEach(command::add);
        }
        command.addAll(List.of("-o", program.toString(), "-lm"));
        assertThat(run(command)).as("compiler").isEmpty();
        assertThat(run(cross ? List.of("qemu-aarch64-static", program.toString()) : List.of(program.toString())))
            .as("disagreements").isEmpty();
    }

    private static void skipUnless(boolean condition, String reason) {
        if (!condition) {
            System.out.println("skipped: " + reason);
        }
        assumeTrue(condition, reason);
    }

    private static boolean present(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// What the command prints; its exit code must be 0 if that is nothing.
    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        return code != 0 && output.isEmpty() ? "exit code " + code : output;
    }
}
