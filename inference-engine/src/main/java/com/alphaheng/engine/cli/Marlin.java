package com.alphaheng.engine.cli;

import com.alphaheng.engine.backend.BackendUnavailableException;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.chat.ChatTemplateException;
import com.alphaheng.engine.chat.PromptCacheException;
import com.alphaheng.engine.format.ModelFormatException;
import com.alphaheng.engine.graph.ContextFullException;
import com.alphaheng.engine.tokenizer.TokenizerException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The engine's command line. Exit codes: see [ExitCode].
@Command(name = "marlin", mixinStandardHelpOptions = true, version = "marlin 0.1.0",
    description = "Runs GLM-4.7-Flash (glm4_moe_lite) models.",
    footer = "%nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not available here (the message says why).",
    subcommands = {GenerateCommand.class, ChatCommand.class, InspectCommand.class, DoctorCommand.class,
        QuantizeCommand.class, PplCommand.class, BenchCommand.class, ParityCommand.class, GoldensCommand.class,
        SynthCommand.class, ChallengeCommand.class, TuningCommand.class, ServeCommand.class})
public final class Marlin implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec specification;

    /// Runs one command and ends the process with its exit code.
    @SuppressWarnings("checkstyle:regexp")
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /// Runs one command.
    ///
    /// @return its exit code
    public static int run(String... arguments) {
        return new CommandLine(new Marlin())
            .setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Marlin::report)
            .setParameterExceptionHandler(Marlin::misused)
            .execute(arguments);
    }

    @Override
    public void run() {
        specification.commandLine().usage(System.err);
    }

    /// One line with the remedy: the whole help would bury the one thing that was wrong, also in a task's reason.
    private static int misused(CommandLine.ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String suggestion = problem instanceof CommandLine.UnmatchedArgumentException unmatched
            && !unmatched.getSuggestions().isEmpty()
            ? "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?" : "";
        command.getErr().println(name + ": " + problem.getMessage() + suggestion + " (./" + name + " --help)");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /// Expected failures are messages; anything else is a bug and keeps its stack trace.
    private static int report(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        int code = switch (failure) {
            case BackendUnavailableException e -> ExitCode.UNAVAILABLE;
            case UnavailableException e -> ExitCode.UNAVAILABLE;
            case IllegalArgumentException e -> ExitCode.USAGE;
            case ModelFormatException e -> ExitCode.FAILED;
            case TokenizerException e -> ExitCode.FAILED;
            case ChatTemplateException e -> ExitCode.FAILED;
            case PromptCacheException e -> ExitCode.FAILED;
            case DeviceException e -> ExitCode.FAILED;
            case ContextFullException e -> ExitCode.FAILED;
            case CheckFailedException e -> ExitCode.FAILED;
            case IOException e -> ExitCode.FAILED;
            case UncheckedIOException e -> ExitCode.FAILED;
            default -> {
                failure.printStackTrace();
                yield ExitCode.FAILED;
            }
        };
        command.getErr().println(command.getCommandName() + ": " + describe(failure));
        return code;
    }

    private static String describe(Exception failure) {
        return switch (failure) {
            // Without a message of its own it repeats its cause's class.
            case UncheckedIOException e when e.getCause().toString().equals(e.getMessage()) -> describe(e.getCause());
            case UncheckedIOException e -> e.getMessage() + ": " + describe(e.getCause());
            case NoSuchFileException e -> "there is no file or folder " + e.getFile();
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            // Its message is often the bare path.
            case FileSystemException e -> e.toString();
            case CharacterCodingException e -> "it is not UTF-8";
            default -> failure.getMessage();
        };
    }
}
