package com.alphaheng.engine.metal.objc;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Sends messages: one method and one static final handle for each [Signature].
///
/// Receivers, results and arguments are raw words; nothing is checked but that the selector has the shape of the
/// method called (an assertion). With `-Dmarlin.metal.trace=true` every send is printed on standard error.
public final class MessageSend {
    /// Set to `true`, every message is printed before it is sent, and its result after.
    public static final String TRACE_PROPERTY = "marlin.metal.trace";

    private static final boolean TRACE = Boolean.getBoolean(TRACE_PROPERTY);
    private static final MemorySegment ENTRY = ObjectiveC.LOOKUP.find("objc_msgSend").orElseThrow(
            () -> new IllegalStateException("the Metal libraries have no function objc_msgSend"));

    private static final MethodHandle LONG = link(Signature.LONG);
    private static final MethodHandle VOID = link(Signature.VOID);
    private static final MethodHandle DOUBLE = link(Signature.DOUBLE);
    private static final MethodHandle BOOLEAN = link(Signature.BOOLEAN);
    private static final MethodHandle LONG_OF_LONG = link(Signature.LONG_OF_LONG);
    private static final MethodHandle VOID_OF_LONG = link(Signature.VOID_OF_LONG);
    private static final MethodHandle BOOLEAN_OF_LONG = link(Signature.BOOLEAN_OF_LONG);
    private static final MethodHandle VOID_OF_BOOLEAN = link(Signature.VOID_OF_BOOLEAN);
    private static final MethodHandle LONG_OF_2 = link(Signature.LONG_OF_2);
    private static final MethodHandle VOID_OF_2 = link(Signature.VOID_OF_2);
    private static final MethodHandle BOOLEAN_OF_2 = link(Signature.BOOLEAN_OF_2);
    private static final MethodHandle LONG_OF_3 = link(Signature.LONG_OF_3);
    private static final MethodHandle VOID_OF_3 = link(Signature.VOID_OF_3);
    private static final MethodHandle LONG_OF_4 = link(Signature.LONG_OF_4);
    private static final MethodHandle VOID_OF_5 = link(Signature.VOID_OF_5);
    private static final MethodHandle VOID_OF_SIZES = link(Signature.VOID_OF_SIZES);
    private static final MethodHandle VOID_OF_LONG_RANGE_BYTE = link(Signature.VOID_OF_LONG_RANGE_BYTE);

    private MessageSend() {
    }

    private static MethodHandle link(Signature signature) {
        return ObjectiveC.LINKER.downcallHandle(ENTRY, signature.descriptor());
    }

    /// Sends a message of shape [Signature#LONG].
    public static long sendForLong(long receiver, Selector selector) {
        assert selector.signature() == Signature.LONG : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector);
            }
            long result = (long) LONG.invokeExact(receiver, selector.address());
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID].
    public static void send(long receiver, Selector selector) {
        assert selector.signature() == Signature.VOID : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector);
            }
            VOID.invokeExact(receiver, selector.address());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#DOUBLE].
    public static double sendForDouble(long receiver, Selector selector) {
        assert selector.signature() == Signature.DOUBLE : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector);
            }
            double result = (double) DOUBLE.invokeExact(receiver, selector.address());
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#BOOLEAN].
    public static boolean sendForBoolean(long receiver, Selector selector) {
        assert selector.signature() == Signature.BOOLEAN : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector);
            }
            boolean result = (boolean) BOOLEAN.invokeExact(receiver, selector.address());
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#LONG_OF_LONG].
    public static long sendForLong(long receiver, Selector selector, long first) {
        assert selector.signature() == Signature.LONG_OF_LONG : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first);
            }
            long result = (long) LONG_OF_LONG.invokeExact(receiver, selector.address(), first);
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_LONG].
    public static void send(long receiver, Selector selector, long first) {
        assert selector.signature() == Signature.VOID_OF_LONG : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first);
            }
            VOID_OF_LONG.invokeExact(receiver, selector.address(), first);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#BOOLEAN_OF_LONG].
    public static boolean sendForBoolean(long receiver, Selector selector, long first) {
        assert selector.signature() == Signature.BOOLEAN_OF_LONG : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first);
            }
            boolean result = (boolean) BOOLEAN_OF_LONG.invokeExact(receiver, selector.address(), first);
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_BOOLEAN].
    public static void send(long receiver, Selector selector, boolean first) {
        assert selector.signature() == Signature.VOID_OF_BOOLEAN : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first);
            }
            VOID_OF_BOOLEAN.invokeExact(receiver, selector.address(), first);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#LONG_OF_2].
    public static long sendForLong(long receiver, Selector selector, long first, long second) {
        assert selector.signature() == Signature.LONG_OF_2 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second);
            }
            long result = (long) LONG_OF_2.invokeExact(receiver, selector.address(), first, second);
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_2].
    public static void send(long receiver, Selector selector, long first, long second) {
        assert selector.signature() == Signature.VOID_OF_2 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second);
            }
            VOID_OF_2.invokeExact(receiver, selector.address(), first, second);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#BOOLEAN_OF_2].
    public static boolean sendForBoolean(long receiver, Selector selector, long first, long second) {
        assert selector.signature() == Signature.BOOLEAN_OF_2 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second);
            }
            boolean result = (boolean) BOOLEAN_OF_2.invokeExact(receiver, selector.address(), first, second);
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#LONG_OF_3].
    public static long sendForLong(long receiver, Selector selector, long first, long second, long third) {
        assert selector.signature() == Signature.LONG_OF_3 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second, third);
            }
            long result = (long) LONG_OF_3.invokeExact(receiver, selector.address(), first, second, third);
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_3].
    public static void send(long receiver, Selector selector, long first, long second, long third) {
        assert selector.signature() == Signature.VOID_OF_3 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second, third);
            }
            VOID_OF_3.invokeExact(receiver, selector.address(), first, second, third);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#LONG_OF_4].
    public static long sendForLong(long receiver, Selector selector, long first, long second, long third, long fourth) {
        assert selector.signature() == Signature.LONG_OF_4 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second, third, fourth);
            }
            long result = (long) LONG_OF_4.invokeExact(receiver, selector.address(), first, second, third, fourth);
            if (TRACE) {
                MessageTrace.result(result);
            }
            return result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_5].
    public static void send(long receiver, Selector selector, long first, long second, long third, long fourth,
            long fifth) {
        assert selector.signature() == Signature.VOID_OF_5 : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second, third, fourth, fifth);
            }
            VOID_OF_5.invokeExact(receiver, selector.address(), first, second, third, fourth, fifth);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_SIZES].
    public static void send(long receiver, Selector selector, MemorySegment first, MemorySegment second) {
        assert selector.signature() == Signature.VOID_OF_SIZES : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second);
            }
            VOID_OF_SIZES.invokeExact(receiver, selector.address(), first, second);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Sends a message of shape [Signature#VOID_OF_LONG_RANGE_BYTE].
    public static void send(long receiver, Selector selector, long first, MemorySegment second, byte third) {
        assert selector.signature() == Signature.VOID_OF_LONG_RANGE_BYTE : selector;
        try {
            if (TRACE) {
                MessageTrace.print(receiver, selector, first, second, third);
            }
            VOID_OF_LONG_RANGE_BYTE.invokeExact(receiver, selector.address(), first, second, third);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
