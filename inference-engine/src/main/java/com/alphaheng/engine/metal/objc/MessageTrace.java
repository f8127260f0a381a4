package com.alphaheng.engine.metal.objc;

import java.lang.foreign.MemorySegment;
import java.util.StringJoiner;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// Prints messages for `-Dmarlin.metal.trace=true`, in a form that reads like the source of an Objective-C program.
final class MessageTrace {
    private MessageTrace() {
    }

    static void print(long receiver, Selector selector, Object... arguments) {
        StringBuilder line = new StringBuilder("metal: [").append(selector.type()).append(' ')
                .append("0x").append(Long.toHexString(receiver));
        String[] parts = selector.text().split("(?<=:)");
        for (int index = 0; index < parts.length; index++) {
            line.append(' ').append(parts[index]);
            if (index < arguments.length) {
                line.append(text(arguments[index]));
            }
        }
        System.err.println(line.append(']'));
    }

    static void result(Object result) {
        System.err.println("metal:   = " + text(result));
    }

    private static String text(Object argument) {
        return switch (argument) {
            case MemorySegment struct -> {
                StringJoiner words = new StringJoiner(", ", "{", "}");
                for (long offset = 0; offset < struct.byteSize(); offset += Long.BYTES) {
                    words.add(Long.toString(struct.get(JAVA_LONG_UNALIGNED, offset)));
                }
                yield words.toString();
            }
            // Small words are sizes, indices and enumerations; large ones are addresses.
            case Long word when word < 0 || word > 0xFFFF_FFFFL -> "0x" + Long.toHexString(word);
            default -> argument.toString();
        };
    }
}
