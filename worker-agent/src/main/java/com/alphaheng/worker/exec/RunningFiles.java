package com.alphaheng.worker.exec;

import com.alphaheng.worker.job.seal.RunningCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks into `/proc` for jars and libraries that the processes of a run have open or mapped. Reads them through the
/// process's own descriptors, so that a file which was swapped or deleted meanwhile is the one that the process has.
public final class RunningFiles implements RunningCode {
    private static final Path PROC = Path.of("/proc");
    private static final Pattern CODE = Pattern.compile(".*\\.(jar|so(\\.\\d+)*|dylib|metallib|bundle)");
    private static final String DELETED = " (deleted)";
    /// `address perms offset device inode   path`
    private static final Pattern MAPPED = Pattern.compile("(\\S+) \\S+ \\S+ \\S+ \\d+ +(/.*)");
    /// Only an administrator writes there.
    private static final List<Path> SYSTEM = List.of(Path.of("/usr"), Path.of("/lib"), Path.of("/lib64"),
            Path.of("/bin"), Path.of("/sbin"), Path.of(System.getProperty("java.home")));
    private static final long BETWEEN_LOOKS_MILLIS = 100;

    private final List<Path> places;
    /// Hashes of files that were seen before, by everything that a change of them changes.
    private final Map<String, String> known = new ConcurrentHashMap<>();

    /// @param places where jobs may leave files
    public RunningFiles(List<Path> places) {
        this.places = List.copyOf(places);
    }

    @Override
    public boolean sees() {
        return Files.isDirectory(PROC.resolve("self/fd"));
    }

    @Override
    public List<Path> places() {
        return places;
    }

    @Override
    public Look begin(String run) {
        if (!sees()) {
            return Set::of;
        }
        Set<LoadedFile> found = ConcurrentHashMap.newKeySet();
        Thread looking = Thread.ofPlatform().daemon().name("looks at run " + run).start(() -> {
            try {
                while (true) {
                    look(run, found);
                    Thread.sleep(BETWEEN_LOOKS_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return () -> {
            looking.interrupt();
            try {
                looking.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Set.copyOf(found);
        };
    }

    private void look(String run, Set<LoadedFile> found) {
        for (ProcessTable.Entry entry : ProcessTable.members(0, RUN_VARIABLE + "=" + run)) {
            Path process = PROC.resolve(Long.toString(entry.pid()));
            try {
                open(process, found);
                mapped(process, found);
            } catch (IOException e) {
                // It ended while we looked; what it had open before was seen before.
            }
        }
    }

    private void open(Path process, Set<LoadedFile> found) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (isCode(target) && isForReading(process, descriptor)) {
                    add(target, descriptor, found);
                }
            }
        }
    }

    /// A file that is being written is no code yet.
    private static boolean isForReading(Path process, Path descriptor) throws IOException {
        for (String line : Files.readAllLines(process.resolve("fdinfo").resolve(descriptor.getFileName()))) {
            if (line.startsWith("flags:")) {
                return line.strip().endsWith("0");
            }
        }
        return false;
    }

    private void mapped(Path process, Set<LoadedFile> found) throws IOException {
        for (String line : Files.readAllLines(process.resolve("maps"))) {
            Matcher mapping = MAPPED.matcher(line);
            if (mapping.matches() && isCode(mapping.group(2))) {
                String target = mapping.group(2);
                Path own = process.resolve("map_files").resolve(mapping.group(1));
                add(target, target.endsWith(DELETED) || Files.isReadable(own) ? own : Path.of(target), found);
            }
        }
    }

    private static boolean isCode(String target) {
        String name = target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : target;
        return CODE.matcher(name).matches() && SYSTEM.stream().noneMatch(Path.of(name)::startsWith);
    }

    private void add(String target, Path content, Set<LoadedFile> found) {
        Path path = Path.of(target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length())
                : target);
        String hash;
        try {
            Map<String, Object> file = Files.readAttributes(content, "unix:dev,ino,size,lastModifiedTime,ctime");
            String key = file.toString();
            hash = known.get(key);
            if (hash == null) {
                hash = sha256(content);
                known.put(key, hash);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            // Deleted, and not ours to read any more: it counts by its name.
            hash = "unreadable " + path.getFileName();
        }
        found.add(new LoadedFile(path, hash));
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream input = new DigestInputStream(Files.newInputStream(file),
                MessageDigest.getInstance("SHA-256"))) {
            input.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(((DigestInputStream) input).getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
