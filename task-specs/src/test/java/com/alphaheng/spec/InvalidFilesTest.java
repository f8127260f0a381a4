package com.alphaheng.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every file of `fixtures/invalid` is refused with exactly the messages of the `.expected` file beside it. What the
/// parser said instead is left in `target/fixtures`.
final class InvalidFilesTest {
    @TestFactory
    Stream<DynamicTest> invalidFiles() {
        return Fixtures.invalid().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        ParsedSubmission result = new TaskFileParser().parse(List.of(Fixtures.read(file)));
        String actual = switch (result) {
            case ParsedSubmission.Accepted accepted -> "accepted: " + accepted + "\n";
            case ParsedSubmission.Rejected rejected -> rejected.problems().stream()
                    .map(problem -> problem + "\n").collect(Collectors.joining());
        };
        String name = file.getFileName().toString().replace(".yaml", ".expected");
        Files.createDirectories(Path.of("target/fixtures"));
        Files.writeString(Path.of("target/fixtures", name), actual);
        assertThat(actual).isEqualTo(Files.readString(file.resolveSibling(name)));
    }
}
