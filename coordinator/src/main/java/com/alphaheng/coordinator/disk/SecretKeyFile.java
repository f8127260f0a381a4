package com.alphaheng.coordinator.disk;

import com.alphaheng.coordinator.runtime.SecretBox;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/// The key of [SecretBox] in a file that only this user reads; made when it is first needed.
public final class SecretKeyFile implements SecretBox.KeyText {
    private static final int BYTES = 32;
    private static final int SHORTEST = 32;

    private final Path file;

    public SecretKeyFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public String read() throws SecretBox.SecretException {
        try {
            if (!Files.exists(file)) {
                create();
            }
            return check(Files.readString(file).strip(), file.toString());
        } catch (IOException e) {
            throw new SecretBox.SecretException("the key of secrets cannot be read from or written to " + file + " ("
                    + e + "): give this user the file, or name another one with HENG_SECRET_KEY_FILE");
        }
    }

    /// @param place for the message, should the text be too short to be a key
    public static String check(String text, String place) throws SecretBox.SecretException {
        if (text.length() < SHORTEST) {
            throw new SecretBox.SecretException("the key of secrets in " + place + " has fewer than " + SHORTEST
                    + " characters: make one with 'openssl rand -hex 32'");
        }
        return text;
    }

    private void create() throws IOException {
        Files.createDirectories(file.getParent());
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        // Whole or not there: it gets its name when it has been written.
        Path fresh = Files.createTempFile(file.getParent(), "secrets", ".new", PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(fresh, HexFormat.of().formatHex(key) + "\n");
            Files.move(fresh, file);
        } catch (FileAlreadyExistsException e) {
            // Another coordinator was faster; its key is the one.
            Files.delete(fresh);
        }
    }
}
