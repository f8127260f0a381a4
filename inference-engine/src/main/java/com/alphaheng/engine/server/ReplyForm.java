package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// A reply in OpenAI's words: fed with text as it comes, gives chunks for a stream, or the whole at the end. One for
/// each request, not thread-safe.
public sealed interface ReplyForm permits ChatReply, TextReply {

    /// Chunks before any text.
    List<ObjectNode> begin();

    /// Chunks that this text completes; often none.
    List<ObjectNode> text(String piece);

    /// Whether what has come is all that was asked for.
    boolean enough();

    /// The last chunks. Includes what was still waiting.
    List<ObjectNode> end(Completion completion);

    /// The whole reply, after [#end].
    ObjectNode whole();
}
