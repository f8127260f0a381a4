package com.alphaheng.cli.backup;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The hash of backups.
final class Sha256 {
    private Sha256() {
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
