package com.alphaheng.worker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// What a native library or program of Linux asks of others, whatever its source looked like: the undefined names in
/// its dynamic symbol table (ELF-64, System V ABI, "Symbol Table"), and how many functions it has run at its start.
final class ElfImports {
    private static final int MAGIC = 0x464C457F;
    private static final int SECTION_OFFSET = 0x28;
    private static final int SECTION_SIZE = 0x3A;
    private static final int SECTION_COUNT = 0x3C;
    private static final int HEADER = 0x40;
    private static final int DYNAMIC_SYMBOLS = 11;
    private static final int INITIALISERS = 14;
    private static final int SYMBOL = 24;
    private static final int SECTION_OF_SYMBOL = 6;

    private ElfImports() {
    }

    /// Empty for what is no ELF file. One that cannot be read says so by a name that no library has.
    static Set<String> of(Path file) throws IOException {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (elf.limit() < HEADER || elf.getInt(0) != MAGIC) {
            return Set.of();
        }
        try {
            return read(elf);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return Set.of("(its tables cannot be read)");
        }
    }

    private static Set<String> read(ByteBuffer elf) {
        Set<String> imports = new TreeSet<>();
        int sections = at(elf, SECTION_OFFSET);
        int size = elf.getShort(SECTION_SIZE);
        int count = Short.toUnsignedInt(elf.getShort(SECTION_COUNT));
        boolean symbols = false;
        for (int i = 0; i < count; i++) {
            int section = sections + i * size;
            int type = elf.getInt(section + 4);
            int from = at(elf, section + 0x18);
            int bytes = at(elf, section + 0x20);
            if (type == DYNAMIC_SYMBOLS) {
                symbols = true;
                int names = at(elf, sections + elf.getInt(section + 0x28) * size + 0x18);
                for (int symbol = from; symbol < from + bytes; symbol += SYMBOL) {
                    String name = name(elf, names + elf.getInt(symbol));
                    if (elf.getShort(symbol + SECTION_OF_SYMBOL) == 0 && !name.isEmpty()) {
                        imports.add(name);
                    }
                }
            } else if (type == INITIALISERS) {
                imports.add("(functions at its start: " + bytes / Long.BYTES + ")");
            }
        }
        return symbols ? imports : Set.of("(it has no dynamic symbols)");
    }

    private static int at(ByteBuffer elf, int position) {
        return Math.toIntExact(Math.min(elf.getLong(position), Integer.MAX_VALUE));
    }

    private static String name(ByteBuffer elf, int from) {
        int end = from;
        while (elf.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - from];
        elf.get(from, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
