package com.alphaheng.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {

    @Test
    void thereIsABuildForEveryPlatformOfTheFleet() {
        assertThat(NativeLibrary.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
        assertThat(NativeLibrary.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
        assertThat(NativeLibrary.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
        assertThat(Stream.of("osx-aarch64/cpu/libtokenizers.dylib", "linux-x86_64/cpu/libtokenizers.so",
            "linux-aarch64/cpu/libtokenizers.so"))
            .allMatch(name -> NativeLibraryTest.class.getResource("/native/lib/" + name) != null);
    }

    @Test
    void anUnwritableHomeIsNoObstacle(@TempDir Path folder) throws Exception {
        Path home = Files.writeString(folder.resolve("home"), "a file, so no folder can be made in it");
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Outcome outcome = run("-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary);
        assertThat(outcome.output()).contains("ids 1");
        assertThat(outcome.status()).isZero();
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("marlin-"))).isEmpty();
        }
    }

    @Test
    void theLibraryIsCopiedOnceIntoTheNamedFolder(@TempDir Path folder) throws Exception {
        assertThat(run("-Dmarlin.cache=" + folder.resolve("cache")).status()).isZero();
        Path copy = onlyFile(folder.resolve("cache"));
        Object key = Files.readAttributes(copy, BasicFileAttributes.class).fileKey();
        assertThat(run("-Dmarlin.cache=" + folder.resolve("cache")).status()).isZero();
        assertThat(onlyFile(folder.resolve("cache"))).isEqualTo(copy);
        assertThat(Files.readAttributes(copy, BasicFileAttributes.class).fileKey())
            .isEqualTo(key);
    }

    @Test
    void aNamedFolderThatCannotBeMadeIsAnErrorWithARemedy(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Outcome outcome = run("-Dmarlin.cache=" + file.resolve("cache"));
        assertThat(outcome.output()).contains("cannot copy the tokenizer's native library out of its jar")
            .contains("Give a writable folder: -Dmarlin.cache=DIR");
        assertThat(outcome.status()).isEqualTo(1);
    }

    private static Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private record Outcome(int status, String output) { }

    /// Encodes one letter in a JVM of its own.
    private static Outcome run(String... properties) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
            "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC"));
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Encode.class.getName(),
            TokenizerFixture.folder().toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    /// The program of [#run].
    static final class Encode {

        private Encode() { }

        public static void main(String[] arguments) {
            try (Tokenizer tokenizer = Tokenizer.load(Path.of(arguments[0]))) {
                System.out.println("ids " + tokenizer.encode("a", ControlTokens.AS_TEXT).length);
            }
        }
    }
}
