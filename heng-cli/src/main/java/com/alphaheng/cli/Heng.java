package com.alphaheng.cli;

import com.alphaheng.cli.up.UpCommand;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The `heng` command line. Exit codes: see [ExitCode].
@Command(name = "heng", mixinStandardHelpOptions = true, version = "heng 0.1.0", sortOptions = false,
        description = "Runs campaigns of engineering tasks on a fleet of Macs, and decides which results count.",
        footer = {"", "  test [--fast]  Compile everything and run the tests.", "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something needed is missing",
            "(the message says what, and what to do)."},
        subcommands = {UpCommand.class, SubmitCommand.class, PlanCommand.class, StatusCommand.class, ListCommand.class,
            ShowCommand.class, WhyCommand.class, LogsCommand.class, ArtifactsCommand.class, TaskCommands.Retry.class,
            TaskCommands.Cancel.class,
            TaskCommands.Pause.class, TaskCommands.Resume.class, RevertCommand.class, LimitCommand.class,
            ReportCommand.class,
            AuditCommand.class, TokenCommand.class, WebhookCommand.class, WorkerCommand.class,
            BrokerCommand.class, SimulateCommand.class, FaultsCommand.class,
            BackupCommand.class, RestoreCommand.class, DoctorCommand.class, Heng.Completion.class})
public final class Heng extends CommandGroup {
    public static void main(String[] arguments) {
        Surroundings.quietLibraries();
        Surroundings.exit(run(arguments));
    }

    /// Runs one command.
    ///
    /// @return its exit code
    public static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Heng())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(Table.WIDTH)
                .setExecutionExceptionHandler(Heng::report)
                .setParameterExceptionHandler(Heng::misused);
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
        if (failure instanceof CliException expected) {
            expected.details().forEach(command.getErr()::println);
            command.getErr().println("heng: " + expected.getMessage());
            return expected.exitCode();
        }
        failure.printStackTrace(command.getErr());
        return ExitCode.FAILED;
    }

    /// Prints a completion script for bash and zsh.
    @Command(name = "completion", mixinStandardHelpOptions = true,
            description = "Prints shell completion: source <(./heng completion bash), or zsh.")
    static final class Completion implements Runnable {
        /// Shells whose completion is known.
        enum Shell {
            BASH, ZSH
        }

        @Parameters(paramLabel = "SHELL", arity = "0..1", defaultValue = "bash",
                description = "bash or zsh (default: bash).")
        private Shell shell;

        @Spec
        private CommandSpec specification;

        @Override
        public void run() {
            if (shell == Shell.ZSH) {
                specification.commandLine().getOut().println("autoload -U +X compinit && compinit\n"
                        + "autoload -U +X bashcompinit && bashcompinit");
            }
            specification.commandLine().getOut().println(AutoComplete.bash("heng", commandLine()));
            specification.commandLine().getOut().flush();
        }
    }
}
