package com.alphaheng.engine.cli;

/// A check that a command makes (parity, a least ratio, a largest perplexity) does not hold.
public final class CheckFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CheckFailedException(String message) {
        super(message);
    }
}
