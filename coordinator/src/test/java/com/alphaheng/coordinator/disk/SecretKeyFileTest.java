package com.alphaheng.coordinator.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.coordinator.runtime.SecretBox;
import com.alphaheng.coordinator.runtime.SecretBox.SecretException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretKeyFileTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsSealedIsReadWithTheSameKeyForTheSamePurposeOnly() throws Exception {
        Path file = folder.resolve("deep/secrets.key");
        SecretBox box = new SecretBox(new SecretKeyFile(file));
        String sealed = box.seal("webhook a", "s3cret-ü");
        assertThat(sealed).startsWith("sealed:v1:").doesNotContain("s3cret");
        assertThat(box.seal("webhook a", "s3cret-ü")).as("another nonce").isNotEqualTo(sealed);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(new SecretBox(new SecretKeyFile(file)).open("webhook a", sealed)).isEqualTo("s3cret-ü");
        SecretBox other = new SecretBox(new SecretKeyFile(folder.resolve("other.key")));
        assertThatThrownBy(() -> other.open("webhook a", sealed)).isInstanceOf(SecretException.class)
                .hasMessageContaining("another key").hasMessageContaining("HENG_SECRET_KEY_FILE");
        assertThatThrownBy(() -> box.open("webhook b", sealed)).isInstanceOf(SecretException.class);
        String changed = sealed.substring(0, 20) + (sealed.charAt(20) == 'A' ? 'B' : 'A') + sealed.substring(21);
        assertThatThrownBy(() -> box.open("webhook a", changed)).isInstanceOf(SecretException.class);
        assertThatThrownBy(() -> box.open("webhook a", "sealed:v1:AAAA")).isInstanceOf(SecretException.class);
    }

    @Test
    void aSecretOfAnOlderLogIsTakenAsItIs() throws Exception {
        assertThat(new SecretBox(new SecretKeyFile(folder.resolve("unused"))).open("webhook a", "in clear"))
                .isEqualTo("in clear");
        assertThat(folder.resolve("unused")).doesNotExist();
    }

    @Test
    void aKeyThatIsNoneIsNamedWithItsRemedy() throws Exception {
        Path file = Files.writeString(folder.resolve("short.key"), "hunter2\n");
        assertThatThrownBy(() -> new SecretKeyFile(file).read()).isInstanceOf(SecretException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("openssl rand -hex 32");
    }
}
