package com.alphaheng.engine.tokenizer;

import java.util.List;
import java.util.Optional;

/// Turns generated ids into text as they come. A character appears once all its bytes have; text that may be the
/// beginning of a stop string waits until it is not. Not thread-safe.
public final class TextStream {

    private final Tokenizer tokenizer;
    private final boolean showSpecial;
    private final Utf8Stream characters = new Utf8Stream();
    private final StopStrings stops;

    /// @param showSpecial true to spell out special tokens, false to leave them out
    /// @param stops       strings that end the text, none of them empty; they are not part of it
    public TextStream(Tokenizer tokenizer, boolean showSpecial, List<String> stops) {
        this.tokenizer = tokenizer;
        this.showSpecial = showSpecial;
        this.stops = new StopStrings(stops);
    }

    /// The text that this id completes; often empty.
    public String push(int id) {
        if (!showSpecial && tokenizer.isSpecial(id)) {
            return "";
        }
        return stops.push(characters.push(tokenizer.bytes(id)));
    }

    /// The text that was still waiting, when no more ids come.
    public String finish() {
        return stops.push(characters.finish()) + stops.finish();
    }

    /// The stop string that ended the text, once there was one.
    public Optional<String> stop() {
        return stops.found();
    }
}
