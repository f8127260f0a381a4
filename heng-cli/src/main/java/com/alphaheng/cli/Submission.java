package com.alphaheng.cli;

import com.alphaheng.spec.ParsedSubmission;
import com.alphaheng.spec.Problem;
import com.alphaheng.spec.SourceFile;
import com.alphaheng.spec.TaskFileParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Task files on their way to a coordinator.
public final class Submission {
    private Submission() {
    }

    /// Reads the files; a folder stands for the task files in it.
    public static List<SourceFile> read(List<Path> paths) {
        List<SourceFile> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                taskFiles(path).forEach(file -> files.add(readOne(file)));
            } else {
                files.add(readOne(path));
            }
        }
        return files;
    }

    /// Reads the files, and refuses them here if a coordinator would for what stands in them.
    public static List<SourceFile> valid(List<Path> paths) {
        List<SourceFile> files = read(paths);
        if (new TaskFileParser().parse(files) instanceof ParsedSubmission.Rejected(List<Problem> problems)) {
            throw new CliException(ExitCode.FAILED, "correct the task files and start again: nothing was started",
                    ProblemLines.of(problems));
        }
        return files;
    }

    private static List<Path> taskFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.ya?ml")).sorted().toList();
        } catch (IOException e) {
            throw CliException.failed("cannot list " + folder + ": " + CliException.reason(e));
        }
    }

    private static SourceFile readOne(Path path) {
        try {
            return new SourceFile(path.getFileName().toString(), Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            throw new CliException(ExitCode.USAGE, "there is no file " + path);
        } catch (IOException e) {
            throw CliException.failed("cannot read " + path + ": " + CliException.reason(e));
        }
    }

    /// The request's body.
    public static Map<String, Object> body(List<SourceFile> files, Optional<String> commit) {
        List<Map<String, String>> contents = files.stream()
                .map(file -> Map.of("name", file.name(), "content", text(file))).toList();
        Map<String, Object> body = new LinkedHashMap<>(Map.of("files", contents));
        commit.ifPresent(sha -> body.put("commit", sha));
        return body;
    }

    private static String text(SourceFile file) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.content())).toString();
        } catch (CharacterCodingException e) {
            throw CliException.failed(file.name() + " is not UTF-8 text: save it as UTF-8");
        }
    }
}
