package com.alphaheng.engine.cpu.nativelib;

import com.alphaheng.engine.backend.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Compiles the C kernels on first use, for the very machine it runs on, and loads them. The library is kept under
/// `.cache/alphaheng` in the user's home, or in the folder that the property `marlin.cache` names, under the hash of
/// its sources, the compiler's version and the CPU; a second start only loads it. Everything that can go wrong ends in
/// a reason, never in a failed start: the pure Java kernels take over.
public final class NativeLibrary {

    private static final List<String> SOURCES = List.of("activations.c", "attention_expanded.c", "attention_latent.c",
        "cache.c", "product_rows.c", "product_tiles.c");
    private static final List<String> HEADERS = List.of("cache.h", "marlin.h", "marlin_simd.h", "softmax.h");
    private static final List<String> FLAGS = List.of("-O3", "-march=native", "-std=gnu11", "-shared", "-fPIC",
        "-fvisibility=hidden", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi");
    private static final long COMPILE_LIMIT_SECONDS = 120;

    private static NativeLibrary loaded;

    private final String compiler;
    private final String reason;
    private final Path file;

    private NativeLibrary(String compiler, String reason, Path file) {
        this.compiler = compiler;
        this.reason = reason;
        this.file = file;
    }

    /// Loads the library, compiling it if need be. Later calls return the first call's outcome.
    public static synchronized NativeLibrary load() {
        if (loaded == null) {
            loaded = attempt();
        }
        return loaded;
    }

    public boolean available() {
        return reason == null;
    }

    /// Why the library is not available, with a remedy; null when it is.
    public String reason() {
        return reason;
    }

    /// What was loaded, its content by its name; empty when it is not available.
    public Map<String, byte[]> file() {
        try {
            return file == null ? Map.of() : Map.of(file.getFileName().toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The kernels; only when [#available].
    public NativeKernels kernels(Precision precision) {
        if (!available()) {
            throw new IllegalStateException(reason);
        }
        return new NativeKernels(precision, compiler);
    }

    private static NativeLibrary attempt() {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return unavailable("the C kernels are not built on Windows");
        }
        try {
            String version = compilerVersion();
            if (version == null) {
                return unavailable("no C compiler (cc) on the PATH: install gcc or clang for the faster C kernels");
            }
            String cache = System.getProperty("marlin.cache");
            Path folder = cache == null ? Path.of(System.getProperty("user.home"), ".cache", "alphaheng", "kernels")
                : Path.of(cache, "kernels").toAbsolutePath();
            Path library = folder.resolve(key(version)).resolve(System.mapLibraryName("marlin"));
            if (!Files.exists(library)) {
                compile(library);
            }
            System.load(library.toString());
            return new NativeLibrary(version, null, library);
        } catch (IOException | UnsatisfiedLinkError e) {
            return unavailable("the C kernels could not be built or loaded: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unavailable("interrupted while building the C kernels");
        }
    }

    private static NativeLibrary unavailable(String reason) {
        return new NativeLibrary(null, reason, null);
    }

    /// The first line of `cc --version`, or null when there is no such program.
    private static String compilerVersion() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("cc", "--version").redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output.lines().findFirst().orElse("cc") : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static String key(String compilerVersion) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String name : allNames()) {
                digest.update(resource(name));
            }
            digest.update(String.join(" ", FLAGS).getBytes(StandardCharsets.UTF_8));
            digest.update(compilerVersion.getBytes(StandardCharsets.UTF_8));
            digest.update(System.getProperty("os.arch").getBytes(StandardCharsets.UTF_8));
            // -march=native: a home directory may be shared by machines of different kinds.
            Path cpu = Path.of("/proc/cpuinfo");
            if (Files.isReadable(cpu)) {
                String flags = Files.readString(cpu).lines()
                    .filter(line -> line.startsWith("flags") || line.startsWith("model name")
                        || line.startsWith("Features"))
                    .distinct().reduce("", String::concat);
                digest.update(flags.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> allNames() {
        List<String> names = new ArrayList<>(SOURCES);
        names.addAll(HEADERS);
        return names;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = NativeLibrary.class.getResourceAsStream("/native/" + name)) {
            if (in == null) {
                throw new IOException("the jar lacks native/" + name + ": build it again");
            }
            return in.readAllBytes();
        }
    }

    /// Compiles into a directory of this process's own, then moves the result into place: two starts at once, or one
    /// that is killed, leave no half-written library.
    private static void compile(Path library) throws IOException, InterruptedException {
        Files.createDirectories(library.getParent());
        Path work = Files.createTempDirectory(library.getParent(), "build");
        try {
            for (String name : allNames()) {
                Files.write(work.resolve(name), resource(name));
            }
            List<String> command = new ArrayList<>(List.of("cc"));
            command.addAll(FLAGS);
            command.addAll(SOURCES);
            command.addAll(List.of("-o", "library", "-lm"));
            Path log = work.resolve("log");
            Process process = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
            if (!process.waitFor(COMPILE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("cc took longer than " + COMPILE_LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("cc failed: " + Files.readString(log).lines().findFirst().orElse("no output"));
            }
            Files.move(work.resolve("library"), library, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            try (var files = Files.list(work)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(work);
        }
    }
}
