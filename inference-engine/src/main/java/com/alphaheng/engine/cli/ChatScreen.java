package com.alphaheng.engine.cli;

import com.alphaheng.engine.chat.ReplyPart;

/// What a chat shows. Where nobody looks at it (the input or output is a file or a pipe), only replies.
interface ChatScreen {

    /// A remark of the program's own.
    void note(String text);

    /// Something went wrong.
    void problem(String text);

    /// Part of a reply.
    void show(ReplyPart part);

    /// A reply is complete.
    void endReply();
}
