package com.alphaheng.worker.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What jobs get of the worker's environment, and which of its values must never show in their output. The one place
/// that reads the environment.
@SuppressWarnings("checkstyle:regexp")
final class JobEnvironment {
    private static final List<String> PASSED = List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ",
            "MAVEN_OPTS", "DEVELOPER_DIR");
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL).*");

    private JobEnvironment() {
    }

    /// @param further names of variables to pass besides the usual ones
    static Map<String, String> passed(List<String> further) {
        Map<String, String> environment = new HashMap<>();
        List<String> names = new ArrayList<>(PASSED);
        names.addAll(further);
        for (String name : names) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        // Jobs build with the JDK that runs the worker, not with what happens to be first on the PATH.
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        return environment;
    }

    /// With `~/` at the beginning standing for the home folder of jobs.
    static List<Path> paths(List<String> texts) {
        return texts.stream().map(text -> text.startsWith("~/") ? home().resolve(text.substring(2))
                : Path.of(text).toAbsolutePath().normalize()).toList();
    }

    static Path home() {
        return Path.of(value("HOME").orElseGet(() -> System.getProperty("user.home")));
    }

    static Optional<String> value(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    static List<String> secrets(List<String> named) {
        return System.getenv().entrySet().stream()
                .filter(entry -> named.contains(entry.getKey()) || SECRET_NAME.matcher(entry.getKey()).matches())
                .map(Map.Entry::getValue).toList();
    }
}
