package com.alphaheng.engine.metal;

/// The GPU or its driver refused or failed an operation. Names the operation, the object it was done to, what Metal
/// said, and a remedy where there is one.
public final class MetalException extends RuntimeException {
    private static final String COMMAND_BUFFER_DOMAIN = "MTLCommandBufferErrorDomain";

    /// What kind of failure it is, for callers that go on differently after each.
    public enum Kind {
        /// No buffer could be had, or the GPU ran out of memory at work.
        OUT_OF_MEMORY,
        /// The GPU is gone (an eGPU unplugged) or was reset.
        DEVICE_LOST,
        /// A command buffer ran into the GPU's time limit.
        TIMEOUT,
        /// A source or pipeline does not compile, or a file is no library.
        COMPILATION,
        /// Anything else.
        OTHER
    }

    private final Kind kind;
    private final long code;

    /// A failure that Metal did not describe.
    MetalException(String operation, String label, String description) {
        this(Kind.OTHER, operation, label, "", 0, description);
    }

    MetalException(Kind kind, String operation, String label, String domain, long code, String description) {
        super(operation + " '" + label + "' failed" + (domain.isEmpty() ? "" : " (" + domain + " " + code + ")") + ": "
                + description + remedy(kind));
        this.kind = kind;
        this.code = code;
    }

    /// From an `NSError`, or from none (`error` = 0) where Metal returned nil without one. Needs an autorelease pool.
    static MetalException of(String operation, String label, long error) {
        if (error == 0) {
            return new MetalException(operation, label, "Metal returned nil and no error");
        }
        String domain = NsObjects.errorDomain(error);
        long code = NsObjects.errorCode(error);
        return new MetalException(kindOf(domain, code), operation, label, domain, code, NsObjects.errorText(error));
    }

    /// The kind of failure.
    public Kind kind() {
        return kind;
    }

    /// Metal's own error number, 0 where it gave none.
    public long code() {
        return code;
    }

    /// Numbers of `MTLCommandBufferError` from MTLCommandBuffer.h.
    private static Kind kindOf(String domain, long code) {
        if (domain.equals(COMMAND_BUFFER_DOMAIN)) {
            return switch ((int) code) {
                case 2 -> Kind.TIMEOUT;
                case 8 -> Kind.OUT_OF_MEMORY;
                case 4, 11 -> Kind.DEVICE_LOST;
                default -> Kind.OTHER;
            };
        }
        return domain.startsWith("MTLLibrary") || domain.startsWith("AGXMetal") || domain.startsWith("CompilerError")
                ? Kind.COMPILATION : Kind.OTHER;
    }

    private static String remedy(Kind kind) {
        return switch (kind) {
            case OUT_OF_MEMORY -> " [use a shorter context or a smaller KV format, or close programs that use the GPU]";
            case DEVICE_LOST -> " [the model must be loaded again]";
            case TIMEOUT -> " [prefill in smaller pieces: give a shorter prompt]";
            case COMPILATION -> " [run ./marlin doctor --metal and attach its report]";
            case OTHER -> "";
        };
    }
}
