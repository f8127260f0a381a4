package com.alphaheng.worker.exec;

import com.alphaheng.worker.job.AttemptOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Reads a process's output to its end, so that it never blocks on a full pipe; passes on whole lines with secrets
/// masked, up to a cap, and keeps the last ones for the failure reason.
final class OutputPump implements Runnable {
    private static final int KEPT_LINES = 200;
    private static final int LONGEST_LINE = 16 * 1024;

    private final InputStream input;
    private final String source;
    private final SecretMask mask;
    private final long mostBytes;
    private final AttemptOutput output;
    private final Deque<String> last = new ArrayDeque<>();
    private volatile long lastOutputNanos = System.nanoTime();
    private long passedBytes;
    private long droppedLines;

    OutputPump(InputStream input, String source, SecretMask mask, long mostBytes, AttemptOutput output) {
        this.input = input;
        this.source = source;
        this.mask = mask;
        this.mostBytes = mostBytes;
        this.output = output;
    }

    @Override
    public void run() {
        byte[] chunk = new byte[8192];
        byte[] line = new byte[LONGEST_LINE];
        int length = 0;
        try (input) {
            for (int read = input.read(chunk); read >= 0; read = input.read(chunk)) {
                lastOutputNanos = System.nanoTime();
                for (int i = 0; i < read; i++) {
                    if (chunk[i] == '\n' || length == LONGEST_LINE) {
                        pass(line, length);
                        length = 0;
                    }
                    if (chunk[i] != '\n') {
                        line[length++] = chunk[i];
                    }
                }
            }
        } catch (IOException e) {
            // The stream is closed under us when the processes are killed: what came until then is what there is.
        }
        if (length > 0) {
            pass(line, length);
        }
        if (droppedLines > 0) {
            output.line(source, "[" + droppedLines + " lines left out: more than " + mostBytes + " bytes of output]");
        }
    }

    long lastOutputNanos() {
        return lastOutputNanos;
    }

    List<String> lastLines() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }

    private void pass(byte[] bytes, int length) {
        int end = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
        String text = mask.mask(new String(bytes, 0, end, StandardCharsets.UTF_8));
        synchronized (last) {
            if (last.size() == KEPT_LINES) {
                last.removeFirst();
            }
            last.addLast(text);
        }
        if (passedBytes + end > mostBytes) {
            droppedLines++;
            return;
        }
        passedBytes += end + 1;
        output.line(source, text);
    }
}
