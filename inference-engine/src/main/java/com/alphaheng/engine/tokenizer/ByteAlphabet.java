package com.alphaheng.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The spelling of bytes in a byte-level vocabulary: printable Latin-1 bytes stand for themselves, the 68 others for
/// U+0100 upward in order (Radford et al. 2019, GPT-2, `bytes_to_unicode`).
final class ByteAlphabet {

    private static final int SIZE = 256;
    private static final int FIRST_SUBSTITUTE = 0x100;
    private static final int NONE = -1;

    private static final short[] BYTE_OF = new short[FIRST_SUBSTITUTE + SIZE];
    private static final char[] CHAR_OF = new char[SIZE];

    static {
        Arrays.fill(BYTE_OF, (short) NONE);
        int substitute = FIRST_SUBSTITUTE;
        for (int value = 0; value < SIZE; value++) {
            boolean printable = value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
            int spelling = printable ? value : substitute++;
            BYTE_OF[spelling] = (short) value;
            CHAR_OF[value] = (char) spelling;
        }
    }

    private ByteAlphabet() { }

    /// The bytes that a token's spelling stands for; its plain UTF-8 when a character of it stands for no byte.
    static byte[] bytes(String spelling) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(spelling.length());
        for (int i = 0; i < spelling.length(); i++) {
            char letter = spelling.charAt(i);
            int value = letter < BYTE_OF.length ? BYTE_OF[letter] : NONE;
            if (value == NONE) {
                return spelling.getBytes(StandardCharsets.UTF_8);
            }
            out.write(value);
        }
        return out.toByteArray();
    }

    /// The one-character spelling of a byte, 0 to 255.
    static String spelling(int value) {
        return String.valueOf(CHAR_OF[value]);
    }
}
