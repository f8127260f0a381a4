package com.alphaheng.engine.tokenizer;

/// Decodes UTF-8 that comes in pieces. A character comes out with its last byte; each maximal part of a broken
/// sequence becomes one U+FFFD, as the Unicode Standard recommends (chapter 3, "U+FFFD Substitution of Maximal
/// Subparts") and Hugging Face's tokenizers does. Java's own decoder differs from that for surrogates and other
/// ill-formed bytes.
final class Utf8Stream {

    private static final char REPLACEMENT = '\uFFFD';

    /// Continuation bytes that the sequence begun still needs.
    private int missing;
    private int codePoint;
    /// Range of the next continuation byte: narrower after some lead bytes, which rules out overlong forms,
    /// surrogates and what lies above U+10FFFF (table 3-7).
    private int lowest;
    private int highest;

    /// The text that these bytes complete.
    String push(byte[] piece) {
        StringBuilder text = new StringBuilder(piece.length);
        for (byte value : piece) {
            push(value & 0xFF, text);
        }
        return text.toString();
    }

    private void push(int value, StringBuilder text) {
        if (missing > 0) {
            if (value >= lowest && value <= highest) {
                codePoint = codePoint << 6 | value & 0x3F;
                lowest = 0x80;
                highest = 0xBF;
                missing--;
                if (missing == 0) {
                    text.appendCodePoint(codePoint);
                }
                return;
            }
            missing = 0;
            text.append(REPLACEMENT);
        }
        if (value < 0x80) {
            text.append((char) value);
        } else if (value >= 0xC2 && value <= 0xF4) {
            begin(value);
        } else {
            text.append(REPLACEMENT);
        }
    }

    private void begin(int lead) {
        missing = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        codePoint = lead & (0x3F >> missing);
        lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    }

    /// What is left when no more bytes come: U+FFFD when a sequence stayed unfinished.
    String finish() {
        boolean unfinished = missing > 0;
        missing = 0;
        return unfinished ? String.valueOf(REPLACEMENT) : "";
    }
}
