package com.alphaheng.engine.chat;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.chat.Completion.Finish;
import com.alphaheng.engine.chat.Completion.Limits;
import com.alphaheng.engine.graph.ContextFullException;
import com.alphaheng.engine.tokenizer.TextStream;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.function.Consumer;

/// A continuation of a prompt under way, one step at a time: a stretch of the prompt, then one id after the other.
/// Between two steps it can be interrupted, and others can have the device. Does not own the session, which is its
/// alone until it has ended. Not thread-safe.
public final class Continuation {

    private final Session session;
    private final int[] prompt;
    private final Limits limits;
    private final Consumer<String> text;
    private final TextStream stream;
    private final int shared;
    private int held;
    private int computed;
    private int tokens;
    private long prefillNanos;
    private long decodeNanos;
    private Finish finish;

    /// @param text gets each piece of text, never empty, in order
    /// @throws ContextFullException     when the prompt alone does not fit
    /// @throws IllegalArgumentException when the prompt is empty
    public Continuation(Session session, Tokenizer tokenizer, int[] prompt, Limits limits, Consumer<String> text) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty: give at least one token");
        }
        if (prompt.length > session.context()) {
            throw new ContextFullException(session.context());
        }
        this.session = session;
        this.prompt = prompt;
        this.limits = limits;
        this.text = text;
        this.stream = new TextStream(tokenizer, limits.showSpecial(), limits.stops());
        int mismatch = Arrays.mismatch(session.cachedIds(), prompt);
        this.shared = mismatch < 0 ? prompt.length : mismatch;
        this.held = shared;
    }

    /// Goes on by a stretch of the prompt or one id.
    ///
    /// @return false once it has ended
    public boolean step() {
        if (finish == null) {
            long start = System.nanoTime();
            if (promptHeld()) {
                addId();
                decodeNanos += System.nanoTime() - start;
            } else {
                addPrompt();
                prefillNanos += System.nanoTime() - start;
            }
        }
        return finish == null;
    }

    /// Whether the whole prompt is in the cache; ids come from then on.
    public boolean promptHeld() {
        // Also a prompt that was held already is synced: its last logits are wanted.
        return computed > 0 && held == prompt.length;
    }

    private void addPrompt() {
        held = Math.min(held + session.promptStep(), prompt.length);
        computed += session.sync(held == prompt.length ? prompt : Arrays.copyOf(prompt, held));
    }

    private void addId() {
        if (tokens == limits.maxTokens()) {
            end(Finish.LENGTH);
        } else if (session.length() > session.context()) {
            end(Finish.CONTEXT_FULL);
        } else {
            int id = session.next();
            tokens++;
            if (session.endsText(id) && !limits.ignoreEndOfText()) {
                end(Finish.END_OF_TEXT);
            } else {
                give(stream.push(id));
                if (stream.stop().isPresent()) {
                    end(Finish.STOP_STRING);
                }
            }
        }
    }

    /// What takes the text may interrupt, so it may have ended already.
    private void end(Finish reason) {
        if (finish == null) {
            finish = reason;
            give(stream.finish());
        }
    }

    private void give(String piece) {
        if (!piece.isEmpty()) {
            text.accept(piece);
        }
    }

    /// Ends it here, unless it has ended already.
    public void interrupt() {
        end(Finish.INTERRUPTED);
    }

    /// Ids generated so far, one that ends the text included.
    public int tokens() {
        return tokens;
    }

    /// Ids of the prompt that the session held already.
    public int shared() {
        return shared;
    }

    /// What it came to, once it has ended.
    public Completion completion() {
        if (finish == null) {
            throw new IllegalStateException("it has not ended yet");
        }
        return new Completion(prompt.length, computed, tokens, finish, prefillNanos / 1e9, decodeNanos / 1e9);
    }
}
