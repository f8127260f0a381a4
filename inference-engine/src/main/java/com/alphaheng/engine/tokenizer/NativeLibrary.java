package com.alphaheng.engine.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Properties;

/// The JNI library of Hugging Face's tokenizers, copied out of the jar of ai.djl.huggingface:tokenizers, loaded once.
///
/// It is copied here rather than by DJL because DJL looks for CUDA, may download another build when it finds it, and
/// reports uses from EC2 machines. Nothing here touches the network. The copy lies in `marlin.cache` (a system
/// property), else in the user's cache folder, else, where that cannot be written, in a fresh temporary folder.
final class NativeLibrary {

    private static final String BUILDS = "linux-x86_64, linux-aarch64, osx-aarch64";
    private static boolean loaded;

    private NativeLibrary() { }

    /// @throws TokenizerException when this platform has no build, or the library cannot be copied or loaded
    static synchronized void load() {
        if (loaded) {
            return;
        }
        String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        String name = System.mapLibraryName("tokenizers");
        URL resource = NativeLibrary.class.getResource("/native/lib/" + platform + "/cpu/" + name);
        if (resource == null) {
            throw new TokenizerException("the tokenizer's native library has no build for " + platform
                + "; there are builds for " + BUILDS + ". Run on one of these (on a Mac: an arm64 JDK)", null);
        }
        Path file = null;
        try {
            file = copy(resource, name, platform);
            System.load(file.toString());
            loaded = true;
        } catch (IOException e) {
            throw new TokenizerException("cannot copy the tokenizer's native library out of its jar: " + e
                + ". Give a writable folder: -Dmarlin.cache=DIR", e);
        } catch (UnsatisfiedLinkError e) {
            throw new TokenizerException("cannot load the tokenizer's native library " + file + ": " + e.getMessage()
                + ". If the folder is mounted noexec, give another: -Dmarlin.cache=DIR (on Linux it needs glibc)", e);
        }
    }

    /// DJL's name of a platform, from the JVM's `os.name` and `os.arch`.
    static String platform(String system, String architecture) {
        String lower = system.toLowerCase(Locale.ROOT);
        String prefix = lower.startsWith("mac") ? "osx" : lower.startsWith("win") ? "win" : lower;
        return prefix + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
    }

    private static Path copy(URL resource, String name, String platform) throws IOException {
        URLConnection connection = resource.openConnection();
        connection.setUseCaches(false);
        long size = connection.getContentLengthLong();
        Path folder = writableFolder("tokenizers-" + version() + "-" + platform);
        Path target = folder.resolve(name);
        try (InputStream library = connection.getInputStream()) {
            if (Files.isRegularFile(target) && Files.size(target) == size) {
                return target;
            }
            // Copied beside and renamed, so that a process that starts meanwhile never loads half a library.
            Path partial = Files.createTempFile(folder, name, ".partial");
            Files.copy(library, partial, StandardCopyOption.REPLACE_EXISTING);
            return Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static Path writableFolder(String name) throws IOException {
        Path folder = cacheFolder().resolve(name);
        try {
            Files.createDirectories(folder);
            if (Files.isWritable(folder)) {
                return folder;
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(folder + " is not a folder", e);
        } catch (IOException e) {
            if (System.getProperty("marlin.cache") != null) {
                throw e;
            }
        }
        Path temporary = Files.createTempDirectory("marlin-");
        // Deleted in the reverse order of registration: the folder is empty by then.
        temporary.toFile().deleteOnExit();
        temporary.resolve(System.mapLibraryName("tokenizers")).toFile().deleteOnExit();
        return temporary;
    }

    private static Path cacheFolder() {
        String named = System.getProperty("marlin.cache");
        if (named != null) {
            return Path.of(named).toAbsolutePath();
        }
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        return Path.of(System.getProperty("user.home"), mac ? "Library/Caches" : ".cache", "marlin");
    }

    private static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream stream = NativeLibrary.class.getResourceAsStream("/native/lib/tokenizers.properties")) {
            if (stream == null) {
                throw new IOException("the jar of ai.djl.huggingface:tokenizers is not on the class path");
            }
            properties.load(stream);
        }
        return properties.getProperty("version");
    }
}
