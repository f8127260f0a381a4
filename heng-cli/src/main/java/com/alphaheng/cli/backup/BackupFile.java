package com.alphaheng.cli.backup;

import com.alphaheng.cli.CliException;
import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// A backup file to read from.
public final class BackupFile implements AutoCloseable {
    private static final ObjectMapper JSON = ProtocolCodec.jsonMapper();

    private final Path path;
    private final ZipFile zip;
    private final Manifest manifest;

    private BackupFile(Path path, ZipFile zip, Manifest manifest) {
        this.path = path;
        this.zip = zip;
        this.manifest = manifest;
    }

    /// Opens the file and checks every hash in it, before anybody acts on any of it.
    public static BackupFile open(Path path) {
        try {
            ZipFile zip = new ZipFile(path.toFile());
            try {
                ZipEntry entry = zip.getEntry(Manifest.NAME);
                if (entry == null) {
                    throw damaged(path, "it has no " + Manifest.NAME);
                }
                Manifest manifest = JSON.readValue(zip.getInputStream(entry).readAllBytes(), Manifest.class);
                if (manifest.version() != Manifest.VERSION) {
                    throw CliException.failed(path + " has version " + manifest.version() + " of the backup's format; "
                            + "this program reads version " + Manifest.VERSION
                            + ": use the AlphaHENG release that wrote it");
                }
                BackupFile file = new BackupFile(path, zip, manifest);
                file.check();
                return file;
            } catch (RuntimeException | IOException e) {
                zip.close();
                throw e;
            }
        } catch (IOException e) {
            throw damaged(path, e.getMessage());
        }
    }

    private void check() throws IOException {
        for (Manifest.Entry entry : manifest.entries()) {
            long records = 0;
            try (DigestInputStream hashed = new DigestInputStream(stream(entry), Sha256.digest());
                    BufferedReader lines = new BufferedReader(new InputStreamReader(hashed, StandardCharsets.UTF_8))) {
                while (lines.readLine() != null) {
                    records++;
                }
                String hash = HexFormat.of().formatHex(hashed.getMessageDigest().digest());
                if (!hash.equals(entry.sha256()) || records != entry.records()) {
                    throw damaged(path, entry.name() + " is not what was written (" + records + " of "
                            + entry.records() + " records, SHA-256 " + hash.substring(0, 12) + "... instead of "
                            + entry.sha256().substring(0, 12) + "...)");
                }
            }
        }
    }

    private InputStream stream(Manifest.Entry entry) throws IOException {
        ZipEntry found = zip.getEntry(entry.name());
        if (found == null) {
            throw damaged(path, entry.name() + " is missing");
        }
        return zip.getInputStream(found);
    }

    public Manifest manifest() {
        return manifest;
    }

    /// Hands over the records of one entry in order.
    void read(Manifest.Entry entry, Consumer<StoredRecord> records) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream(entry), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                records.accept(JSON.readValue(line, StoredRecord.class));
            }
        } catch (JsonProcessingException e) {
            throw damaged(path, entry.name() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw damaged(path, e.getMessage());
        }
    }

    private static CliException damaged(Path path, String why) {
        return CliException.failed(path + " is no whole backup: " + why + ". Nothing was changed; use another backup");
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw damaged(path, e.getMessage());
        }
    }
}
