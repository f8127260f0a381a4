package com.alphaheng.engine.chat;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.chat.ChatMessage.Role;
import com.alphaheng.engine.sampling.Sampling;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A conversation with a model: the messages so far, and a session that holds them. What a turn shares with the one
/// before is not computed again. Not thread-safe; does not own the session.
public final class Conversation {

    private final Session session;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final Completion.Limits limits;
    private final List<ChatMessage> messages = new ArrayList<>();
    private String system = "";
    private boolean thinking;

    /// @param thinking whether the model is to think before it answers
    public Conversation(Session session, Tokenizer tokenizer, ChatTemplate template, Completion.Limits limits,
                        boolean thinking) {
        this.session = session;
        this.tokenizer = tokenizer;
        this.template = template;
        this.limits = limits;
        this.thinking = thinking;
    }

    /// Says something to the model and gives its reply to `out` as it comes. What an interrupted model had said by
    /// then is part of the conversation. When this fails, the conversation is as before.
    ///
    /// @throws com.alphaheng.engine.graph.ContextFullException when the conversation no longer fits
    public Completion say(String text, Consumer<ReplyPart> out, BooleanSupplier interrupted) {
        List<ChatMessage> all = new ArrayList<>();
        if (!system.isEmpty()) {
            all.add(ChatMessage.of(Role.SYSTEM, system));
        }
        all.addAll(messages);
        ChatMessage said = ChatMessage.of(Role.USER, text);
        all.add(said);
        ChatOptions options = ChatOptions.reply(thinking);
        int[] prompt = template.encode(all, options, tokenizer);
        ReplyParser parser = new ReplyParser(ReplyParser.beginsThinking(template.render(all, options)), List.of());
        Reply reply = new Reply(out);
        Completion completion = Completion.run(session, tokenizer, prompt, limits,
            piece -> parser.push(piece).forEach(reply::add), interrupted);
        parser.finish().forEach(reply::add);
        messages.add(said);
        messages.add(reply.message());
        return completion;
    }

    /// Passes the parts of a reply on, and puts them together as a message.
    private static final class Reply {

        private final Consumer<ReplyPart> out;
        private final StringBuilder content = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final List<ToolCall> calls = new ArrayList<>();

        Reply(Consumer<ReplyPart> out) {
            this.out = out;
        }

        void add(ReplyPart part) {
            switch (part) {
                case ReplyPart.Content text -> content.append(text.text());
                case ReplyPart.Reasoning text -> reasoning.append(text.text());
                case ReplyPart.Call call -> calls.add(call.call());
            }
            out.accept(part);
        }

        ChatMessage message() {
            return new ChatMessage(Role.ASSISTANT, content.toString(),
                reasoning.isEmpty() ? null : reasoning.toString(), calls);
        }
    }

    /// The messages so far, without the system's.
    public List<ChatMessage> messages() {
        return List.copyOf(messages);
    }

    /// What the model is told before everything else; empty for nothing.
    public String system() {
        return system;
    }

    public void system(String text) {
        system = text;
    }

    public boolean thinking() {
        return thinking;
    }

    public void thinking(boolean on) {
        thinking = on;
    }

    public Sampling sampling() {
        return session.sampling();
    }

    /// Chooses differently from the next turn on.
    public void sampling(Sampling how) {
        session.sampleBy(how);
    }

    /// Forgets all messages but what the system says.
    public void reset() {
        messages.clear();
    }

    /// Goes on from these messages, none of them the system's.
    public void resume(String systemText, List<ChatMessage> earlier) {
        system = systemText;
        messages.clear();
        messages.addAll(earlier);
    }
}
