package com.alphaheng.engine.metal;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// The soft Metal on the processor that Macs have, under QEMU: messages of every C shape through the trampoline, and a
/// kernel with barriers on its fibers. On x86-64 all other tests show the same.
@Tag("slow")
class SoftMetalAbiTest {
    private static final String COMPILER = "aarch64-linux-gnu-g++";
    /// Newer systems have only one that is static, under the plain name.
    private static final List<String> EMULATORS = List.of("qemu-aarch64-static", "qemu-aarch64");
    private static final Path SOURCES = Path.of("src/test/native");

    @TempDir
    private Path folder;

    @Test
    void structsBooleansAndFibersOnArm() throws IOException {
        String emulator = EMULATORS.stream().filter(SoftMetalAbiTest::runs).findFirst().orElse("");
        boolean present = runs(COMPILER) && !emulator.isEmpty();
        if (!present) {
            System.out.println("skipped: no aarch64 to run on: apt-get install g++-aarch64-linux-gnu qemu-user-static");
        }
        assumeTrue(present, "no " + COMPILER + " with one of " + EMULATORS);
        Path include = Files.createDirectories(folder.resolve("include"));
        for (String header : List.of("metal_stdlib", "kernel_abi.h")) {
            Files.copy(SOURCES.resolve("softmetal/include").resolve(header), include.resolve(header));
        }
        String library = folder.resolve("libsoftmetal.so").toString();
        String program = folder.resolve("abi").toString();
        try (Stream<Path> files = Files.list(SOURCES.resolve("softmetal"))) {
            Stream<String> sources = files.map(Path::toString).filter(name -> name.matches(".*\\.(cpp|S)")).sorted();
            assertThat(SoftMetal.run(Stream.of(Stream.of(COMPILER, "-std=c++17", "-O1", "-fPIC", "-shared", "-o",
                    library, "-Wl,-soname,libsoftmetal.so"), sources, Stream.of("-lpthread", "-ldl"))
                    .flatMap(part -> part).toList())).as("the soft Metal").isEmpty();
        }
        assertThat(SoftMetal.run(List.of(COMPILER, "-std=c++17", "-O1", "-Wall", "-Wextra", "-o", program,
                SOURCES.resolve("softmetal_abi_test.cpp").toString(), library, "-Wl,-rpath," + folder)))
                .as("the program").isEmpty();
        assertThat(SoftMetal.run(List.of("env", "SOFTMETAL_CXX=" + COMPILER, emulator, "-L", "/usr/aarch64-linux-gnu",
                program))).as("what is wrong on aarch64").isEmpty();
    }

    private static boolean runs(String program) {
        return SoftMetal.run(List.of(program, "--version")).isEmpty();
    }
}
