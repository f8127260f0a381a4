package com.alphaheng.coordinator.rest;

import java.util.regex.Pattern;

/// What people may call campaigns, tokens, webhooks and workers: safe in paths, logs and Prometheus labels.
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private Names() {
    }

    /// @param what `campaign`, `token`, ...
    static String check(String what, String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            String shown = name == null ? "" : name.substring(0, Math.min(name.length(), 80));
            throw ApiProblem.badRequest("'" + shown + "' is no name for a " + what, "use up to 64 letters, digits, "
                    + "dots, dashes and underscores, beginning with a letter or digit");
        }
        return name;
    }
}
