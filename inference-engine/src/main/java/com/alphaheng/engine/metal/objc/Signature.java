package com.alphaheng.engine.metal.objc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.ArrayList;
import java.util.List;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// The exact C shapes in which `objc_msgSend` is called, receiver and selector excluded.
///
/// `objc_msgSend` must be called as a function of the very type of the method behind it: on arm64 a variadic call
/// would pass the arguments on the stack, where no method looks for them. So there is one constant, and one static
/// final downcall handle in [MessageSend], for each shape.
public enum Signature {
    /// `id` or an integer of 64 bits, no argument.
    LONG("q"),
    /// No result, no argument.
    VOID("v"),
    /// `double` (and `CFTimeInterval`), no argument.
    DOUBLE("d"),
    /// `BOOL`, no argument.
    BOOLEAN("B"),
    /// `id` or integer from one word.
    LONG_OF_LONG("qq"),
    /// No result, one word.
    VOID_OF_LONG("vq"),
    /// `BOOL` from one word.
    BOOLEAN_OF_LONG("Bq"),
    /// No result, one `BOOL`.
    VOID_OF_BOOLEAN("vB"),
    /// `id` or integer from two words.
    LONG_OF_2("qqq"),
    /// No result, two words.
    VOID_OF_2("vqq"),
    /// `BOOL` from two words.
    BOOLEAN_OF_2("Bqq"),
    /// `id` or integer from three words.
    LONG_OF_3("qqqq"),
    /// No result, three words.
    VOID_OF_3("vqqq"),
    /// `id` or integer from four words.
    LONG_OF_4("qqqqq"),
    /// No result, five words.
    VOID_OF_5("vqqqqq"),
    /// No result, two `MTLSize` by value.
    VOID_OF_SIZES("vSS"),
    /// No result, one word, an `NSRange` by value and an octet.
    VOID_OF_LONG_RANGE_BYTE("vqRC");

    /// `MTLSize`: three `NSUInteger`, 24 bytes. Too large for registers, so each ABI has its own way to pass it.
    public static final MemoryLayout SIZE = MemoryLayout.structLayout(
            JAVA_LONG.withName("width"), JAVA_LONG.withName("height"), JAVA_LONG.withName("depth")).withName("MTLSize");

    /// `NSRange`: two `NSUInteger`, 16 bytes.
    public static final MemoryLayout RANGE = MemoryLayout.structLayout(
            JAVA_LONG.withName("location"), JAVA_LONG.withName("length")).withName("NSRange");

    private final String encoding;

    Signature(String encoding) {
        this.encoding = encoding;
    }

    /// The result, then the arguments, one letter each: `q` word, `v` nothing, `d` double, `B` BOOL, `C` octet,
    /// `S` MTLSize, `R` NSRange.
    public String encoding() {
        return encoding;
    }

    /// The descriptor of the C function, receiver and selector included.
    FunctionDescriptor descriptor() {
        List<MemoryLayout> arguments = new ArrayList<>(List.of(JAVA_LONG, JAVA_LONG));
        for (int index = 1; index < encoding.length(); index++) {
            arguments.add(layout(encoding.charAt(index)));
        }
        MemoryLayout[] layouts = arguments.toArray(MemoryLayout[]::new);
        return encoding.charAt(0) == 'v' ? FunctionDescriptor.ofVoid(layouts)
                : FunctionDescriptor.of(layout(encoding.charAt(0)), layouts);
    }

    private static MemoryLayout layout(char letter) {
        return switch (letter) {
            case 'q' -> JAVA_LONG;
            case 'd' -> JAVA_DOUBLE;
            case 'B' -> JAVA_BOOLEAN;
            case 'C' -> JAVA_BYTE;
            case 'S' -> SIZE;
            case 'R' -> RANGE;
            default -> throw new AssertionError("no layout for " + letter);
        };
    }
}
