package com.alphaheng.worker.probe;

import java.util.Map;
import java.util.Optional;

/// A machine out of a table: what its commands print, by their line, and what its files hold, by their path.
///
/// @param texts may change meanwhile
record PlayedSystem(Map<String, String> texts) implements SystemTexts {
    @Override
    public Optional<String> command(String... line) {
        return Optional.ofNullable(texts.get(String.join(" ", line)));
    }

    @Override
    public Optional<String> file(String path) {
        return Optional.ofNullable(texts.get(path));
    }
}
