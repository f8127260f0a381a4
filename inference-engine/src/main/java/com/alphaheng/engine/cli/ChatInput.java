package com.alphaheng.engine.cli;

import java.nio.file.Path;
import java.util.List;

/// What a line typed into a chat asks for.
sealed interface ChatInput {

    /// The commands, for help and completion: spelling and meaning.
    List<List<String>> COMMANDS = List.of(
        List.of("/help", "this list"),
        List.of("/reset", "forget the conversation"),
        List.of("/system TEXT", "what the model is told first; without TEXT: nothing"),
        List.of("/temp T", "temperature from now on, 0 for greedy"),
        List.of("/think on|off", "whether the model thinks before it answers"),
        List.of("/stats", "speed of the last reply, fill of the context"),
        List.of("/save FILE", "save the conversation"),
        List.of("/load FILE", "go on with a saved conversation"),
        List.of("/quit", "leave; so does Ctrl-D"));

    record Say(String text) implements ChatInput { }

    record Nothing() implements ChatInput { }

    record Help() implements ChatInput { }

    record Reset() implements ChatInput { }

    record Instruct(String system) implements ChatInput { }

    record Heat(float temperature) implements ChatInput { }

    record Think(boolean on) implements ChatInput { }

    record Stats() implements ChatInput { }

    record Save(Path file) implements ChatInput { }

    record Load(Path file) implements ChatInput { }

    record Quit() implements ChatInput { }

    /// A command that is none; says what to do instead.
    record Wrong(String advice) implements ChatInput { }

    /// Understands a line. A line that begins with `/` is a command; `//` stands for a message's own `/`.
    static ChatInput parse(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return new Nothing();
        }
        if (!text.startsWith("/")) {
            return new Say(text);
        }
        if (text.startsWith("//")) {
            return new Say(text.substring(1));
        }
        String[] parts = text.split("\\s+", 2);
        String argument = parts.length == 2 ? parts[1] : "";
        return switch (parts[0]) {
            case "/help", "/?" -> new Help();
            case "/reset" -> new Reset();
            case "/system" -> new Instruct(argument);
            case "/temp" -> heat(argument);
            case "/think" -> switch (argument) {
                case "on" -> new Think(true);
                case "off" -> new Think(false);
                default -> new Wrong("/think needs on or off");
            };
            case "/stats" -> new Stats();
            case "/save" -> argument.isEmpty() ? new Wrong("/save needs a file") : new Save(Path.of(argument));
            case "/load" -> argument.isEmpty() ? new Wrong("/load needs a file") : new Load(Path.of(argument));
            case "/quit", "/exit" -> new Quit();
            default -> new Wrong("there is no command " + parts[0] + "; /help lists them (to send a message that begins"
                + " with /, type //)");
        };
    }

    private static ChatInput heat(String argument) {
        try {
            float temperature = Float.parseFloat(argument);
            if (temperature >= 0 && Float.isFinite(temperature)) {
                return new Heat(temperature);
            }
        } catch (NumberFormatException e) {
            return new Wrong("/temp needs a number of at least 0, such as 0.8");
        }
        return new Wrong("/temp needs a number of at least 0, such as 0.8");
    }
}
