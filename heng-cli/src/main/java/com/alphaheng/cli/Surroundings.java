package com.alphaheng.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/// What the command line gets from outside: its launcher's properties, the environment, the terminal. The only place of
/// this program that reads them.
public final class Surroundings {
    /// Held, because the logging system forgets settings of loggers that nobody holds.
    private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

    private Surroundings() {
    }

    /// The repository the launcher belongs to.
    public static Path root() {
        return Path.of(System.getProperty("heng.root", ".")).toAbsolutePath().normalize();
    }

    /// The folder of the built parts, as `build-tools/launch.sh` made it.
    public static Path build() {
        return Path.of(System.getProperty("heng.build", root().toString())).toAbsolutePath().normalize();
    }

    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /// Kafka's clients tell of every setting and every reconnection; what goes wrong reaches the user as a message.
    public static void quietLibraries() {
        KAFKA.setLevel(Level.OFF);
    }

    /// The name of who runs this, for the audit log of a coordinator without tokens.
    static String user() {
        return System.getProperty("user.name", "local").replaceAll("[^A-Za-z0-9@._ -]", "?");
    }

    /// The token to show to coordinators: `HENG_TOKEN`, or the content of the file `HENG_TOKEN_FILE`.
    public static Optional<String> token() {
        return variable("HENG_TOKEN").or(() -> variable("HENG_TOKEN_FILE").map(file -> {
            try {
                return Files.readString(Path.of(file)).strip();
            } catch (IOException e) {
                throw new CliException(ExitCode.USAGE, "cannot read the token from HENG_TOKEN_FILE=" + file + " ("
                        + CliException.reason(e)
                        + "): correct the name, or give this user the file");
            }
        }));
    }

    /// Whether a person watches: then output may be redrawn in place.
    public static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @SuppressWarnings("checkstyle:regexp")
    public static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    /// All environment variables, for child processes.
    @SuppressWarnings("checkstyle:regexp")
    public static Map<String, String> variables() {
        return System.getenv();
    }

    @SuppressWarnings("checkstyle:regexp")
    static void exit(int code) {
        System.exit(code);
    }
}
