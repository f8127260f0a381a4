package com.alphaheng.protocol;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Shows that a report comes from the worker it names: a record header with the HMAC-SHA256 of the record's value. The
/// key is the hash of the worker's own token, which is all that the coordinator keeps of it, and which only these two
/// can know: rights in Kafka end at the topic, and all workers write to the same one.
public final class WorkerProof {
    /// Name of the header.
    public static final String HEADER = "heng-proof";
    private static final String ALGORITHM = "HmacSHA256";

    private WorkerProof() {
    }

    /// The key that a worker's token stands for: its SHA-256 in hexadecimal.
    public static String keyOf(String token) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// The header's value.
    ///
    /// @param key see [#keyOf]
    public static byte[] of(String key, byte[] report) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return mac.doFinal(report);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }

    /// Whether the header's value was made with this key; takes as long for every wrong one.
    public static boolean holds(String key, byte[] report, byte[] proof) {
        return MessageDigest.isEqual(of(key, report), proof);
    }
}
