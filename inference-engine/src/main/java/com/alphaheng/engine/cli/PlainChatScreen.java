package com.alphaheng.engine.cli;

import com.alphaheng.engine.chat.ReplyPart;
import java.io.PrintWriter;

/// A chat through pipes: answers on the output, a line break after each; problems on the error stream; nothing else.
final class PlainChatScreen implements ChatScreen {

    private final PrintWriter out;
    private final PrintWriter error;

    PlainChatScreen(PrintWriter out, PrintWriter error) {
        this.out = out;
        this.error = error;
    }

    @Override
    public void note(String text) {
        // Scripts read this output: remarks are for people.
    }

    @Override
    public void problem(String text) {
        error.println("chat: " + text);
        error.flush();
    }

    @Override
    public void show(ReplyPart part) {
        switch (part) {
            case ReplyPart.Content content -> out.print(content.text());
            case ReplyPart.Reasoning thought -> { /* thoughts are no part of the answer */ }
            case ReplyPart.Call call -> out.print("[calls " + call.call().name() + " " + call.call().arguments() + "]");
        }
        out.flush();
    }

    @Override
    public void endReply() {
        out.println();
        out.flush();
    }
}
