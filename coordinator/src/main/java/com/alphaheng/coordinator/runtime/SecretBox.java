package com.alphaheng.coordinator.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts the secrets that must be in the event log but not readable there: AES-256-GCM, with a key that lies outside
/// the log. What it is for (such as a webhook's name) is authenticated too, so no secret can be moved to another place.
///
/// Logs written before this hold secrets in clear; those are taken as they are.
public final class SecretBox {
    /// What every sealed secret begins with.
    private static final String MARK = "sealed:v1:";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /// Where the key comes from; asked for when first needed.
    @FunctionalInterface
    public interface KeyText {
        /// Text with at least 128 random bits.
        String read() throws SecretException;
    }

    /// The key is not there or is another one; the message says which, and what to do.
    public static final class SecretException extends Exception {
        public SecretException(String message) {
            super(message);
        }
    }

    private final KeyText text;

    public SecretBox(KeyText text) {
        this.text = text;
    }

    /// @param purpose must be the same when it is opened
    public String seal(String purpose, String secret) throws SecretException {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose)
                    .doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return MARK + Base64.getEncoder().encodeToString(
                    ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has AES-GCM", e);
        }
    }

    /// @throws SecretException if it was sealed with another key or for another purpose, or was changed
    public String open(String purpose, String stored) throws SecretException {
        if (!stored.startsWith(MARK)) {
            return stored;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(stored.substring(MARK.length()));
            byte[] nonce = new byte[NONCE_BYTES];
            ByteBuffer.wrap(bytes).get(nonce);
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, nonce, purpose);
            return new String(cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new SecretException("the secret of " + purpose + " was sealed with another key: give this "
                    + "coordinator the key of the one that wrote it (HENG_SECRET_KEY_FILE or HENG_SECRET_KEY), or "
                    + "remove and add " + purpose + " again");
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException, SecretException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key(text.read()), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /// The text is random already, so one hash makes a key of it.
    private static byte[] key(String text) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256")
                .digest(("heng secrets v1 " + text).getBytes(StandardCharsets.UTF_8));
    }
}
