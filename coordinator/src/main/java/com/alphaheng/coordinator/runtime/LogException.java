package com.alphaheng.coordinator.runtime;

/// The event log could not do what was asked; the message names the remedy where there is one.
public class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LogException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Another coordinator is the writer now.
    public static final class Fenced extends LogException {
        private static final long serialVersionUID = 1L;

        public Fenced(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// The write may or may not have happened.
    public static final class Uncertain extends LogException {
        private static final long serialVersionUID = 1L;

        public Uncertain(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
