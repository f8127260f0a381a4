package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Role;
import jakarta.enterprise.context.RequestScoped;

/// Who asks, for the log.
@RequestScoped
public class Caller {
    private static final int MAX_LENGTH = 64;
    /// Who asks where nobody is asked for a name.
    static final String LOCAL = "local";

    private String name = LOCAL;

    /// @param name what the token says, or on a single machine without roles what the client claims
    record Identity(String name, Role role) {
        static Identity claimed(String claimed) {
            if (claimed == null || claimed.isBlank()) {
                return new Identity(LOCAL, Role.ADMIN);
            }
            return new Identity(plain(claimed), Role.ADMIN);
        }

        static String plain(String text) {
            String plain = text.replaceAll("[^\\p{L}\\p{N}@._ /-]", "?");
            return plain.substring(0, Math.min(plain.length(), MAX_LENGTH));
        }
    }

    void is(Identity identity) {
        name = identity.name();
    }

    String name() {
        return name;
    }
}
