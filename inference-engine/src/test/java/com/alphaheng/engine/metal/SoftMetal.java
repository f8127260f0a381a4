package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MetalPlatform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// Builds the soft Metal once per state of its sources, points the engine at it and steers it from tests.
public final class SoftMetal {
    private static final Path SOURCES = Path.of("src/test/native/softmetal");
    private static final long TEXT_BYTES = 1 << 20;
    private static Path library;
    private static final String PROBLEM = start();

    private SoftMetal() {
    }

    /// Empty when the soft Metal is in place, else why the tests that need it are skipped.
    public static String problem() {
        return PROBLEM;
    }

    /// Puts the soft Metal in the system's place, or takes it away again, so that other tests do not find a GPU.
    static void use(boolean wanted) {
        if (wanted) {
            System.setProperty(MetalPlatform.LIBRARY_PROPERTY, library.toString());
        } else {
            System.clearProperty(MetalPlatform.LIBRARY_PROPERTY);
        }
    }

    private static String start() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "the soft Metal is built for Linux";
        }
        try {
            String compiler = compiler();
            if (compiler.isEmpty()) {
                return "no C++ compiler (c++, g++ or clang++): apt-get install g++";
            }
            library = build(compiler);
            return "";
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String compiler() {
        for (String candidate : List.of("c++", "g++", "clang++")) {
            if (run(List.of(candidate, "--version")).isEmpty()) {
                return candidate;
            }
        }
        return "";
    }

    private static Path build(String compiler) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(SOURCES)) {
            files = tree.filter(Files::isRegularFile).sorted().toList();
        }
        Path folder = Path.of("target", "softmetal", hash(files)).toAbsolutePath();
        Path library = folder.resolve("libsoftmetal.so");
        if (!Files.exists(library)) {
            Files.createDirectories(folder.resolve("include"));
            for (Path file : files) {
                if (file.getParent().endsWith("include")) {
                    Files.write(folder.resolve("include").resolve(file.getFileName()), Files.readAllBytes(file));
                }
            }
            Path work = folder.resolve("libsoftmetal." + ProcessHandle.current().pid() + ".so");
            Stream<String> sources = files.stream().map(Path::toString).filter(name -> name.matches(".*\\.(cpp|S)"));
            String output = run(Stream.of(Stream.of(compiler, "-std=c++17", "-O2", "-fPIC", "-shared", "-o",
                    work.toString(), "-Wl,-soname,libsoftmetal.so"), sources, Stream.of("-lpthread", "-ldl"))
                    .flatMap(part -> part).toList());
            if (!output.isEmpty()) {
                throw new IllegalStateException("the soft Metal does not compile:\n" + output);
            }
            Files.move(work, library);
        }
        return library;
    }

    private static String hash(List<Path> files) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// What the command printed if it failed, "" if it succeeded.
    static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : output + command.getFirst() + " failed";
        } catch (IOException absent) {
            return absent.getMessage();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /// The mistakes noted since the last call, oldest first.
    public static List<String> takeViolations() {
        return text("softmetal_take_violations");
    }

    /// The objects alive now, one line each.
    public static List<String> liveObjects() {
        return text("softmetal_live_objects");
    }

    /// Every method of the soft Metal as `class selector encoding +|-`.
    public static List<String> methods() {
        return text("softmetal_methods");
    }

    /// Lets the named fault strike at its nth occurrence from now, and then `repeats` times; n = 0 disarms it.
    public static void inject(String fault, long nth, long repeats) {
        call("softmetal_inject", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG), fault, nth, repeats);
    }

    /// Changes a setting of the soft GPU, such as `maxBufferLength`.
    public static void set(String name, long value) {
        call("softmetal_set", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG), name, value);
    }

    /// Takes a selector or a class away, as on an older system, or gives it back.
    public static void hide(String name, boolean hidden) {
        call("softmetal_hide", FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN), name, hidden);
    }

    private static List<String> text(String function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(TEXT_BYTES);
            long ignored = (long) handle(function, FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG))
                    .invokeExact(target, TEXT_BYTES);
            return target.getString(0).lines().toList();
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static void call(String function, FunctionDescriptor descriptor, String name, Object... rest) {
        try (Arena arena = Arena.ofConfined()) {
            Object[] arguments = Stream.concat(Stream.of(arena.allocateFrom(name)), Stream.of(rest)).toArray();
            handle(function, descriptor).invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static MethodHandle handle(String function, FunctionDescriptor descriptor) {
        SymbolLookup lookup = SymbolLookup.libraryLookup(library, Arena.global());
        return Linker.nativeLinker().downcallHandle(lookup.find(function).orElseThrow(), descriptor);
    }

}
