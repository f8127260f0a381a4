package com.alphaheng.engine.chat;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.tokenizer.TextStream;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One continuation of a prompt, as text that comes while it is made, and what it took.
///
/// @param promptTokens   ids of the prompt
/// @param computedTokens those of them that were not in the session's cache yet
/// @param tokens         ids generated, an end-of-text id included
/// @param finish         why it ended
/// @param prefillSeconds until the prompt was in the cache
/// @param decodeSeconds  from then until the last id
public record Completion(int promptTokens, int computedTokens, int tokens, Finish finish, double prefillSeconds,
                         double decodeSeconds) {

    /// Why a continuation ended: the model ended its text; a stop string came; the limit was reached; the context is
    /// full; somebody interrupted it.
    public enum Finish { END_OF_TEXT, STOP_STRING, LENGTH, CONTEXT_FULL, INTERRUPTED }

    /// @param maxTokens       most ids to generate
    /// @param stops           strings that end the text
    /// @param ignoreEndOfText true to go on behind the ids that end a text
    /// @param showSpecial     true to spell out special tokens
    public record Limits(int maxTokens, List<String> stops, boolean ignoreEndOfText, boolean showSpecial) { }

    /// Continues a prompt. The session then holds the prompt and the ids generated.
    ///
    /// @param text        gets each piece of text, never empty, in order
    /// @param interrupted asked before every id
    /// @throws com.alphaheng.engine.graph.ContextFullException when the prompt alone does not fit
    public static Completion run(Session session, Tokenizer tokenizer, int[] prompt, Limits limits,
                                 Consumer<String> text, BooleanSupplier interrupted) {
        long start = System.nanoTime();
        int computed = session.sync(prompt);
        long decodeStart = System.nanoTime();
        TextStream stream = new TextStream(tokenizer, limits.showSpecial(), limits.stops());
        int tokens = 0;
        Finish finish = null;
        while (finish == null) {
            if (tokens == limits.maxTokens()) {
                finish = Finish.LENGTH;
            } else if (interrupted.getAsBoolean()) {
                finish = Finish.INTERRUPTED;
            } else if (session.length() > session.context()) {
                finish = Finish.CONTEXT_FULL;
            } else {
                int id = session.next();
                tokens++;
                if (session.endsText(id) && !limits.ignoreEndOfText()) {
                    finish = Finish.END_OF_TEXT;
                } else {
                    give(stream.push(id), text);
                    finish = stream.stop().isPresent() ? Finish.STOP_STRING : null;
                }
            }
        }
        give(stream.finish(), text);
        long end = System.nanoTime();
        return new Completion(prompt.length, computed, tokens, finish, (decodeStart - start) / 1e9,
            (end - decodeStart) / 1e9);
    }

    private static void give(String piece, Consumer<String> text) {
        if (!piece.isEmpty()) {
            text.accept(piece);
        }
    }

    /// Prompt tokens computed per second, 0 when there were none.
    public double prefillRate() {
        return computedTokens == 0 ? 0 : computedTokens / prefillSeconds;
    }

    /// Generated tokens per second, 0 when there were none.
    public double decodeRate() {
        return tokens == 0 ? 0 : tokens / decodeSeconds;
    }
}
