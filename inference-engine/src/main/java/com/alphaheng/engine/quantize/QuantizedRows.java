package com.alphaheng.engine.quantize;

import java.nio.ByteBuffer;

/// Rows of MMFP4 on their way to the file: packs codes and scales as docs/engine.md says.
final class QuantizedRows {

    private final ByteBuffer codes;
    private final ByteBuffer scales;
    private final byte[] rowCodes;
    private final short[] rowScales;

    QuantizedRows(PieceBuffers buffers, int rows, int cols, int group) {
        this.codes = buffers.codes(rows * (cols / 2L));
        this.scales = buffers.scales(rows * (cols / group) * 2L);
        this.rowCodes = new byte[cols];
        this.rowScales = new short[cols / group];
    }

    void add(float[] row, RowQuantizer quantizer) {
        quantizer.quantize(row, rowCodes, rowScales);
        for (int column = 0; column < rowCodes.length; column += 8) {
            int word = 0;
            for (int j = 7; j >= 0; j--) {
                word = word << 4 | rowCodes[column + j] & 15;
            }
            codes.putInt(word);
        }
        for (short scale : rowScales) {
            scales.putShort(scale);
        }
    }

    ByteBuffer codes() {
        return codes.flip();
    }

    ByteBuffer scales() {
        return scales.flip();
    }
}
