package com.alphaheng.coordinator.roadmap;

import java.time.Instant;
import java.util.Optional;

/// Who did what, when: one line of the audit log. Made from the facts, so that it says what happened, not what was
/// asked.
///
/// @param actor    name of a token, of an OIDC subject, or `local` on a single machine
/// @param action   `submit`, `cancel`, `retry`, `pause`, `resume`, `limit`, `token`, `enrol`, `webhook`
/// @param campaign empty for what concerns none
/// @param subject  what it was done to: a task, a token's name, ...
/// @param detail   one line
public record AuditEntry(Instant at, String actor, String action, Optional<String> campaign, String subject,
                         String detail) {
}
