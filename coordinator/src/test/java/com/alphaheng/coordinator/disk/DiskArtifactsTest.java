package com.alphaheng.coordinator.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.coordinator.runtime.ArtifactStore.Taken;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskArtifactsTest {
    /// Of "hello" and of "world", by sha256sum.
    private static final String HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    private static final String WORLD = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7";

    @TempDir
    Path folder;

    @Test
    void aContentIsTakenOnceAndGivenBack() throws Exception {
        DiskArtifacts artifacts = new DiskArtifacts(folder.resolve("a"), 10, 100);
        assertThat(artifacts.size(HELLO)).isEmpty();
        assertThat(artifacts.put(HELLO, of("hello"))).isEqualTo(new Taken.Stored(5));
        assertThat(artifacts.put(HELLO, of("anything"))).isEqualTo(new Taken.AlreadyThere());
        assertThat(artifacts.size(HELLO)).contains(5L);
        try (var content = artifacts.open(HELLO)) {
            assertThat(content.readAllBytes()).asString().isEqualTo("hello");
        }
        assertThatThrownBy(() -> artifacts.open(WORLD)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatIsDamagedOrTooMuchLeavesNothing() throws Exception {
        DiskArtifacts artifacts = new DiskArtifacts(folder, 6, 8);
        assertThat(artifacts.put(WORLD, of("hello"))).isEqualTo(new Taken.WrongHash(HELLO));
        assertThat(artifacts.put(HELLO, of("far too long"))).isEqualTo(new Taken.TooLarge(6));
        assertThat(artifacts.put(HELLO, of("hello"))).isEqualTo(new Taken.Stored(5));
        assertThat(artifacts.put(WORLD, of("world"))).isEqualTo(new Taken.Full(8));
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile).toList()).hasSize(1);
        }
    }

    @Test
    void theQuotaCountsWhatAnEarlierProcessLeftAndClearsItsHalfWrittenFiles() throws Exception {
        new DiskArtifacts(folder, 10, 8).put(HELLO, of("hello"));
        Path half = Files.writeString(folder.resolve("2c/half.new"), "half a content");
        DiskArtifacts next = new DiskArtifacts(folder, 10, 8);
        assertThat(next.put(WORLD, of("world"))).isEqualTo(new Taken.Full(8));
        assertThat(half).doesNotExist();
    }

    private static ByteArrayInputStream of(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
