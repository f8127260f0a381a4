package com.alphaheng.coordinator.roadmap;

import java.time.Instant;
import java.util.Optional;

/// A bearer token as the log knows it: by the hash of its secret, which only its holder has.
///
/// @param name    how people speak of it, and who the audit log says it was
/// @param hash    SHA-256 of the token, in hexadecimal
/// @param expires when it stops working; empty means never
public record AccessToken(String name, Role role, String hash, Instant issued, Optional<Instant> expires,
                          String issuedBy) {
    public boolean worksAt(Instant now) {
        return expires.isEmpty() || now.isBefore(expires.get());
    }
}
