package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.ObjectiveC;
import com.alphaheng.engine.metal.objc.Selector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The few Foundation values that Metal speaks: strings, arrays, errors. All need an autorelease pool around them.
final class NsObjects {
    private static final long CLASS_STRING = ObjectiveC.classNamed("NSString");

    private NsObjects() {
    }

    /// An autoreleased `NSString`.
    static long string(String text) {
        try (Arena arena = Arena.ofConfined()) {
            return MessageSend.sendForLong(CLASS_STRING, Selector.STRING, arena.allocateFrom(text).address());
        }
    }

    /// The text of an `NSString`, or "" of nil.
    static String text(long string) {
        if (string == 0) {
            return "";
        }
        long octets = MessageSend.sendForLong(string, Selector.UTF8);
        return octets == 0 ? "" : MemorySegment.ofAddress(octets).reinterpret(Long.MAX_VALUE).getString(0);
    }

    /// The texts of an `NSArray` of `NSString`.
    static List<String> texts(long array) {
        List<String> result = new ArrayList<>();
        long count = array == 0 ? 0 : MessageSend.sendForLong(array, Selector.COUNT);
        for (long index = 0; index < count; index++) {
            result.add(text(MessageSend.sendForLong(array, Selector.OBJECT_AT, index)));
        }
        return result;
    }

    static String errorDomain(long error) {
        return text(MessageSend.sendForLong(error, Selector.ERROR_DOMAIN));
    }

    static long errorCode(long error) {
        return MessageSend.sendForLong(error, Selector.ERROR_CODE);
    }

    static String errorText(long error) {
        return text(MessageSend.sendForLong(error, Selector.ERROR_TEXT));
    }

    /// A new object of a class, owned by the caller, or 0 where this system has no such class.
    static long create(String className) {
        long type = ObjectiveC.classNamed(className);
        return type == 0 ? 0 : MessageSend.sendForLong(MessageSend.sendForLong(type, Selector.ALLOC), Selector.INIT);
    }

    /// Whether the object understands the message: how newer API is told from older without asking for a version.
    static boolean responds(long object, Selector selector) {
        return MessageSend.sendForBoolean(object, Selector.RESPONDS, ObjectiveC.selectorArgument(selector));
    }
}
