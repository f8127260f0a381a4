package com.alphaheng.worker.job;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// Seeds for the inputs of what is measured, which nobody can know before.
final class InputSeeds {
    /// Every program reads a number of so many bits without loss, JSON's readers included.
    private static final long BOUND = 1L << 53;

    private final RandomGenerator random = new SecureRandom();

    long next() {
        return random.nextLong(BOUND);
    }
}
