package com.alphaheng.engine.chat;

import com.alphaheng.engine.Session;
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
    /// @param interrupted asked before every stretch of the prompt and before every id
    /// @throws com.alphaheng.engine.graph.ContextFullException when the prompt alone does not fit
    public static Completion run(Session session, Tokenizer tokenizer, int[] prompt, Limits limits,
                                 Consumer<String> text, BooleanSupplier interrupted) {
        Continuation continuation = new Continuation(session, tokenizer, prompt, limits, text);
        do {
            if (interrupted.getAsBoolean()) {
                continuation.interrupt();
            }
        } while (continuation.step());
        return continuation.completion();
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
