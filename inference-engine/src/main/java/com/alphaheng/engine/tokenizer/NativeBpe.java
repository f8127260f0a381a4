package com.alphaheng.engine.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.file.Path;

/// The pre-tokenizer and the BPE model of a tokenizer.json, without its added tokens, in Hugging Face's Rust library.
/// Owns the native object. Encoding is thread-safe; closing is not.
final class NativeBpe implements AutoCloseable {

    private long handle;

    /// @param json content of a tokenizer.json
    /// @param file where it came from, for errors
    NativeBpe(String json, Path file) {
        NativeLibrary.load();
        try {
            handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
            TokenizersLibrary.LIB.disableTruncation(handle);
            TokenizersLibrary.LIB.disablePadding(handle);
        } catch (RuntimeException e) {
            throw new TokenizerException(file, "Hugging Face's tokenizers library refuses it: " + e.getMessage()
                + ". Fetch the file again from where the model came from", e);
        }
    }

    long[] encode(String text) {
        if (handle == 0) {
            throw new IllegalStateException("the tokenizer is closed");
        }
        long encoding = TokenizersLibrary.LIB.encode(handle, wellFormed(text), false);
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /// The text with U+FFFD for every unpaired surrogate. One of those would make JNI's conversion give up on every
    /// character outside the basic plane.
    static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (!Character.isSurrogate(letter)) {
                continue;
            }
            if (Character.isHighSurrogate(letter) && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    @Override
    public void close() {
        if (handle != 0) {
            TokenizersLibrary.LIB.deleteTokenizer(handle);
            handle = 0;
        }
    }
}
