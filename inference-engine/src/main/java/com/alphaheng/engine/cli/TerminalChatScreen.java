package com.alphaheng.engine.cli;

import com.alphaheng.engine.chat.ReplyPart;
import java.io.PrintWriter;

/// A chat on a terminal: thoughts and remarks are dim, problems red.
final class TerminalChatScreen implements ChatScreen {

    private static final String DIM = "\033[2m";
    private static final String RED = "\033[31m";
    private static final String PLAIN = "\033[0m";

    private final PrintWriter out;
    private boolean thinking;
    private boolean begun;

    TerminalChatScreen(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void note(String text) {
        out.println(DIM + text + PLAIN);
        out.flush();
    }

    @Override
    public void problem(String text) {
        out.println(RED + text + PLAIN);
        out.flush();
    }

    @Override
    public void show(ReplyPart part) {
        switch (part) {
            case ReplyPart.Content content -> text(content.text(), false);
            case ReplyPart.Reasoning thought -> text(thought.text(), true);
            case ReplyPart.Call call ->
                text("\n[calls " + call.call().name() + " " + call.call().arguments() + "]\n", false);
        }
        out.flush();
    }

    private void text(String text, boolean thought) {
        String shown = text;
        if (thought != thinking) {
            out.print(thought ? DIM : PLAIN + "\n");
            thinking = thought;
            begun = false;
        }
        // Models begin an answer with line breaks of their own.
        if (!begun) {
            shown = shown.stripLeading();
            begun = !shown.isEmpty();
        }
        out.print(shown);
    }

    @Override
    public void endReply() {
        out.println(PLAIN);
        out.flush();
        thinking = false;
        begun = false;
    }
}
