package com.alphaheng.worker.config;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Reads the settings before the program starts, so that a misspelt one is named with what would be right, instead of
/// with the library's own words.
final class SettingsCheck {
    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: (\\S+) in (.*) does not map to any root");
    private static final Pattern BAD_VALUE = Pattern.compile("(?s).*The config property (\\S+) with the config value "
            + "\"(.*)\" threw an Exception whilst being converted (.*)");
    private static final Pattern CODE = Pattern.compile("SRCFG\\d+: ");
    private static final int OF_SOURCES = 500;

    private SettingsCheck() {
    }

    /// What is wrong with the settings that this process was given, a line each; empty if they can be used.
    static List<String> problems() {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultSources();
        try {
            for (String place : List.of("config/application.properties",
                    System.getProperty("quarkus.config.locations", ""))) {
                if (!place.isEmpty() && Files.isRegularFile(Path.of(place))) {
                    builder.withSources(new PropertiesConfigSource(Path.of(place).toUri().toURL(), OF_SOURCES));
                }
            }
        } catch (IOException e) {
            return List.of("cannot read the settings: " + e.getMessage());
        }
        return problems(builder);
    }

    static List<String> problems(Map<String, String> settings) {
        return problems(new SmallRyeConfigBuilder().withDefaultValues(settings));
    }

    private static List<String> problems(SmallRyeConfigBuilder builder) {
        try {
            SmallRyeConfig config = builder.addDefaultInterceptors().addDiscoveredConverters()
                    .withMapping(WorkerConfiguration.class).build();
            config.getConfigMapping(WorkerConfiguration.class);
            return List.of();
        } catch (ConfigValidationException e) {
            List<String> problems = new ArrayList<>();
            for (int i = 0; i < e.getProblemCount(); i++) {
                problems.add(inWords(e.getProblem(i).getMessage()));
            }
            return problems;
        }
    }

    private static String inWords(String problem) {
        Matcher unknown = UNKNOWN.matcher(problem);
        if (unknown.matches()) {
            return "there is no setting " + unknown.group(1) + ": " + known(unknown.group(1));
        }
        Matcher bad = BAD_VALUE.matcher(problem);
        return bad.matches() ? bad.group(1) + " is '" + bad.group(2) + "': "
                + CODE.matcher(bad.group(3)).replaceAll("") : CODE.matcher(problem).replaceAll("");
    }

    /// The names that could have been meant.
    private static String known(String name) {
        String[] parts = name.split("\\.");
        if (name.startsWith("heng.worker.agents.") && parts.length > 4) {
            return "an agent has " + names(AgentConfiguration.class);
        }
        if (name.startsWith("heng.worker.sandbox.")) {
            return "the sandbox has " + names(WorkerConfiguration.Sandbox.class);
        }
        return name.startsWith("heng.worker.") ? "a worker has " + names(WorkerConfiguration.Worker.class)
                : "heng has " + names(WorkerConfiguration.class);
    }

    private static String names(Class<?> settings) {
        return Arrays.stream(settings.getMethods()).map(Method::getName).map(method -> method.equals("secretVariables")
                ? "secrets" : method.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT)).sorted()
                .collect(Collectors.joining(", "));
    }
}
