package com.alphaheng.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Mutated task files: an answer each, never an exception, and never a long wait. The seed is in the failure's message.
final class TaskFileFuzzTest {
    private static final List<String> FRAGMENTS = List.of("\t", ": ", "- ", "&a ", "*a", "<<: *a\n", "{", "}", "[",
            "]", "\"",
            "'", "|\n", ">-\n", "!!int ", "!!binary ", "? ", "---\n", "...\n", "%YAML 1.1\n", "\u0000", "\uFEFF",
            "\u2028", "\uD83D\uDE00", "null", "~", "0x7fffffffffffffffff", "1e999999999", ".nan", "#", "\r", "name: ",
            "tasks:\n", "dependencies: [a, a]\n", "priority: P9\n", "x".repeat(5000), "[".repeat(60), "- ".repeat(60),
            "\n".repeat(100), " ".repeat(300), "verify_command: |2\n", "@", "`");
    private static final List<byte[]> SEEDS = Fixtures.all().stream().map((Path file) -> Fixtures.read(file).content())
            .toList();

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void fiveThousandFiles() {
        fuzz(0, 5_000);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aHundredThousandFiles() {
        fuzz(1_000_000, 100_000);
    }

    private static void fuzz(long firstSeed, int count) {
        int rejected = 0;
        TaskFileParser parser = new TaskFileParser();
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            SourceFile file = new SourceFile("fuzz.yaml", mutated(new Random(seed)));
            long start = System.nanoTime();
            ParsedSubmission result;
            try {
                result = parser.parse(List.of(file));
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + " made the parser fail on:\n"
                        + new String(file.content(), StandardCharsets.UTF_8), e);
            }
            assertThat(System.nanoTime() - start).as("time for seed " + seed).isLessThan(10_000_000_000L);
            if (result instanceof ParsedSubmission.Rejected(List<Problem> problems)) {
                rejected++;
                assertThat(problems).as("seed " + seed).isNotEmpty().allSatisfy(problem -> {
                    assertThat(problem.message()).isNotBlank();
                    assertThat(problem.fix()).isNotBlank();
                });
            }
        }
        assertThat(rejected).as("most mutations break a file").isBetween(count / 2, count - 1);
    }

    private static byte[] mutated(Random random) {
        byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size()));
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            bytes = mutatedOnce(bytes, random);
        }
        return bytes;
    }

    private static byte[] mutatedOnce(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        int end = Math.min(bytes.length, at + random.nextInt(40));
        ByteArrayOutputStream mutated = new ByteArrayOutputStream();
        mutated.write(bytes, 0, at);
        switch (random.nextInt(5)) {
            case 0 -> mutated.write(bytes, end, bytes.length - end);
            case 1 -> {
                mutated.writeBytes(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())).getBytes(StandardCharsets.UTF_8));
                mutated.write(bytes, at, bytes.length - at);
            }
            case 2 -> {
                mutated.write(random.nextInt(256));
                mutated.write(bytes, Math.min(at + 1, bytes.length), Math.max(0, bytes.length - at - 1));
            }
            case 3 -> {
                mutated.write(bytes, at, end - at);
                mutated.write(bytes, at, bytes.length - at);
            }
            default -> {
                byte[] other = SEEDS.get(random.nextInt(SEEDS.size()));
                int from = random.nextInt(other.length + 1);
                mutated.write(other, from, other.length - from);
            }
        }
        return mutated.toByteArray();
    }
}
