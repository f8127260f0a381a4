package com.alphaheng.coordinator.rest;

/// Who asks, for the log. On a single machine without roles the name is what the client claims.
final class Actor {
    private static final int MAX_LENGTH = 64;

    private Actor() {
    }

    static String of(String claimed) {
        if (claimed == null || claimed.isBlank()) {
            return "local";
        }
        String plain = claimed.replaceAll("[^\\p{L}\\p{N}@._ -]", "?");
        return plain.substring(0, Math.min(plain.length(), MAX_LENGTH));
    }
}
