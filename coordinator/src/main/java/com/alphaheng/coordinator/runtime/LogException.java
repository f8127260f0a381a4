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

    /// This coordinator stands by; another one is active, or is about to be.
    public static final class StandingBy extends LogException {
        private static final long serialVersionUID = 1L;

        public StandingBy() {
            super("this coordinator is not active: it stands by, or is still reading the log", null);
        }
    }

    /// The log holds something that this program cannot read; trying again does not help.
    public static final class Unreadable extends LogException {
        private static final long serialVersionUID = 1L;

        public Unreadable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
