package com.alphaheng.worker.job;

/// Writes down all that an agent was told and said, while passing its output on. Lines of the source [#TOLD] are only
/// written down: the task's log need not repeat prompts.
final class Transcript implements AttemptOutput {
    private static final int MOST_CHARACTERS = 16 << 20;

    private final AttemptOutput output;
    private final StringBuilder text = new StringBuilder();
    private boolean full;

    Transcript(AttemptOutput output) {
        this.output = output;
    }

    @Override
    public void line(String source, String line) {
        write(source, line);
        if (!source.equals(AttemptOutput.TOLD)) {
            output.line(source, line);
        }
    }

    private synchronized void write(String source, String line) {
        if (text.length() + line.length() < MOST_CHARACTERS) {
            text.append('[').append(source).append("] ").append(line).append('\n');
        } else if (!full) {
            full = true;
            text.append("[worker] cut here: more than ").append(MOST_CHARACTERS).append(" characters\n");
        }
    }

    synchronized String text() {
        return text.toString();
    }

    /// The output behind it stays open: the attempt goes on.
    @Override
    public void close() {
        write("worker", "end");
    }
}
