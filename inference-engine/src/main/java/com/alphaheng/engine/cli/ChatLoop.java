package com.alphaheng.engine.cli;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.chat.ChatMessage;
import com.alphaheng.engine.chat.ChatTemplateException;
import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.chat.Conversation;
import com.alphaheng.engine.chat.ConversationFile;
import com.alphaheng.engine.graph.ContextFullException;
import com.alphaheng.engine.sampling.Sampling;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/// Carries out what the lines of a chat ask for. Knows no terminal.
final class ChatLoop {

    private final Conversation conversation;
    private final Session session;
    private final ChatScreen screen;
    private Completion last;
    private boolean failed;

    ChatLoop(Conversation conversation, Session session, ChatScreen screen) {
        this.conversation = conversation;
        this.session = session;
        this.screen = screen;
    }

    /// Whether a line could not be carried out.
    boolean failed() {
        return failed;
    }

    /// Carries out one line; false when the chat is to end.
    boolean run(String line, BooleanSupplier interrupted) {
        switch (ChatInput.parse(line)) {
            case ChatInput.Say say -> say(say.text(), interrupted);
            case ChatInput.Nothing nothing -> { /* an empty line asks for nothing */ }
            case ChatInput.Help help -> help();
            case ChatInput.Reset reset -> {
                conversation.reset();
                screen.note("The conversation is forgotten.");
            }
            case ChatInput.Instruct instruct -> {
                conversation.system(instruct.system());
                screen.note(instruct.system().isEmpty() ? "The system says nothing."
                    : "The system says that from now on.");
            }
            case ChatInput.Heat heat -> {
                conversation.sampling(withTemperature(conversation.sampling(), heat.temperature()));
                screen.note("Temperature " + heat.temperature() + ".");
            }
            case ChatInput.Think think -> {
                conversation.thinking(think.on());
                screen.note(think.on() ? "The model thinks before it answers." : "The model answers at once.");
            }
            case ChatInput.Stats stats -> stats();
            case ChatInput.Save save -> save(save);
            case ChatInput.Load load -> load(load);
            case ChatInput.Quit quit -> {
                return false;
            }
            case ChatInput.Wrong wrong -> fail(wrong.advice());
        }
        return true;
    }

    private void fail(String text) {
        failed = true;
        screen.problem(text);
    }

    private void say(String text, BooleanSupplier interrupted) {
        try {
            last = conversation.say(text, screen::show, interrupted);
            screen.endReply();
            ChatMessage reply = conversation.messages().getLast();
            if (reply.reasoning() != null && reply.content().isBlank() && reply.toolCalls().isEmpty()) {
                screen.problem("the reply is all thought and no answer; --think off (or /think off) asks for none");
            }
            switch (last.finish()) {
                case LENGTH -> screen.note("(cut after " + last.tokens() + " tokens; --max-tokens allows more)");
                case CONTEXT_FULL -> screen.note("(the context of " + session.context()
                    + " tokens is full; /reset, or start with a larger --context)");
                case INTERRUPTED -> screen.note("(interrupted)");
                case END_OF_TEXT, STOP_STRING -> { /* the usual ends need no remark */ }
            }
        } catch (ContextFullException e) {
            fail(e.getMessage() + ". /reset forgets the conversation; --context N makes room");
        } catch (ChatTemplateException e) {
            fail(e.getMessage());
        }
    }

    private void help() {
        for (List<String> command : ChatInput.COMMANDS) {
            screen.note(String.format("%-14s %s", command.get(0), command.get(1)));
        }
        screen.note("Ctrl-C stops a reply, not the chat.");
    }

    private void stats() {
        if (last == null) {
            screen.note("Nothing was said yet.");
            return;
        }
        screen.note(String.format(Locale.ROOT, "prompt %d tokens, %d of them new, %.1f tok/s", last.promptTokens(),
            last.computedTokens(), last.prefillRate()));
        screen.note(String.format(Locale.ROOT, "reply %d tokens, %.1f tok/s", last.tokens(), last.decodeRate()));
        Sampling sampling = conversation.sampling();
        screen.note(String.format(Locale.ROOT, "context %d of %d tokens; temperature %s, seed %d", session.length(),
            session.context(), sampling.temperature(), sampling.seed()));
    }

    private void save(ChatInput.Save save) {
        try {
            new ConversationFile(conversation.system(), conversation.messages()).write(save.file());
            screen.note("Saved " + conversation.messages().size() + " messages in " + save.file() + ".");
        } catch (IOException e) {
            fail("cannot save: " + e);
        }
    }

    private void load(ChatInput.Load load) {
        try {
            ConversationFile file = ConversationFile.read(load.file());
            conversation.resume(file.system(), file.messages());
            screen.note("Loaded " + file.messages().size() + " messages.");
        } catch (IOException e) {
            fail("cannot load: " + (e.getMessage().contains(" ") ? e.getMessage() : e));
        }
    }

    private static Sampling withTemperature(Sampling old, float temperature) {
        return new Sampling(temperature, old.topK(), old.topP(), old.minP(), old.repetitionPenalty(),
            old.presencePenalty(), old.frequencyPenalty(), old.logitBias(), old.seed());
    }
}
