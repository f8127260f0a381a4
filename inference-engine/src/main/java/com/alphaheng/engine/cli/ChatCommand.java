package com.alphaheng.engine.cli;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.chat.ChatTemplate;
import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.chat.Conversation;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.model.ModelConfig;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A conversation in the terminal.
@Command(name = "chat", mixinStandardHelpOptions = true,
    description = "Converses in the terminal; /help there lists its commands. Through pipes: one message a line, one"
        + " answer each.")
final class ChatCommand implements Callable<Integer> {

    /// Models narrower than this complete text; they were not made to converse.
    private static final int NARROW = 1024;

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Mixin
    private SamplingOptions choice;

    @Option(names = {"-n", "--max-tokens"}, paramLabel = "N", defaultValue = "2048",
        description = "Most tokens of a reply (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(names = "--stop", paramLabel = "TEXT", description = "A text that ends a reply; may be repeated.")
    private List<String> stops = new ArrayList<>();

    @Option(names = "--system", paramLabel = "TEXT", defaultValue = "", description = "What the system says first.")
    private String system;

    @Option(names = "--think", paramLabel = "on|off", defaultValue = "on",
        description = "Whether the model thinks before it answers (default: ${DEFAULT-VALUE}).")
    private OnOff thinking;

    @Option(names = "--context", paramLabel = "N", defaultValue = "0",
        description = "Positions of the KV cache (default: 4096, or as many as the model has).")
    private int context;

    @Override
    public Integer call() throws IOException {
        ChatTemplate template = ChatTemplate.load(model.directory());
        SessionOptions options = new SessionOptions(context, SessionOptions.DEFAULT_PREFILL_STEP,
            choice.sampling(model.directory()));
        try (LoadedModel loaded = LoadedModel.open(model, Optimizations.standard());
             Session session = loaded.engine().newSession(options)) {
            Conversation conversation = new Conversation(session, loaded.tokenizer(), template,
                new Completion.Limits(maxTokens, stops, false, false), thinking == OnOff.ON);
            conversation.system(system);
            Console console = System.console();
            return console != null && console.isTerminal() ? onTerminal(conversation, session)
                : throughPipes(conversation, session);
        }
    }

    private int throughPipes(Conversation conversation, Session session) throws IOException {
        PrintWriter out = specification.commandLine().getOut();
        ChatLoop loop = new ChatLoop(conversation, session,
            new PlainChatScreen(out, specification.commandLine().getErr()));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!loop.run(line, out::checkError)) {
                break;
            }
        }
        return loop.failed() ? ExitCode.FAILED : ExitCode.OK;
    }

    private int onTerminal(Conversation conversation, Session session) throws IOException {
        AtomicBoolean interrupted = new AtomicBoolean();
        try (Terminal terminal = TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8).build()) {
            terminal.handle(Terminal.Signal.INT, signal -> interrupted.set(true));
            TerminalChatScreen screen = new TerminalChatScreen(terminal.writer());
            ChatLoop loop = new ChatLoop(conversation, session, screen);
            LineReader reader = reader(terminal);
            greet(screen, session);
            while (true) {
                try {
                    String line = reader.readLine("> ");
                    interrupted.set(false);
                    if (!loop.run(line, interrupted::get)) {
                        return ExitCode.OK;
                    }
                } catch (UserInterruptException e) {
                    screen.note("(Ctrl-D or /quit leaves)");
                } catch (EndOfFileException e) {
                    return ExitCode.OK;
                }
            }
        }
    }

    private static LineReader reader(Terminal terminal) throws IOException {
        List<String> commands = ChatInput.COMMANDS.stream().map(command -> command.getFirst().split(" ")[0]).toList();
        Path folder = Path.of(System.getProperty("user.home"), ".cache", "marlin");
        LineReaderBuilder builder = LineReaderBuilder.builder().terminal(terminal)
            .completer(new StringsCompleter(commands)).option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        // Without a home to keep it in, the history lasts as long as the chat.
        if (Files.isWritable(Path.of(System.getProperty("user.home")))) {
            Files.createDirectories(folder);
            builder.variable(LineReader.HISTORY_FILE, folder.resolve("chat_history"));
        }
        return builder.build();
    }

    private void greet(ChatScreen screen, Session session) {
        ModelConfig config = session.engine().config();
        screen.note("marlin chat: " + model.directory().toAbsolutePath().normalize().getFileName() + ", "
            + session.engine().backend() + " back end, context " + session.context() + " tokens; /help helps.");
        if (config.hiddenSize() < NARROW) {
            screen.note("So small a model (" + config.layers() + " layers, width " + config.hiddenSize()
                + ") completes text; it hardly converses.");
        }
    }
}
