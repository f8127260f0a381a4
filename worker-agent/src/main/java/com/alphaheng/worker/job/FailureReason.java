package com.alphaheng.worker.job;

import java.util.List;
import java.util.regex.Pattern;

/// Words for a failed command: its exit status, and the last line of its output that tells a person something.
final class FailureReason {
    /// By convention of this project's commands: what was asked for does not exist on this machine or in this version.
    static final int NOT_AVAILABLE = 3;

    private static final int LONGEST = 300;
    private static final String MARKER = "not available here:";

    /// Closing lines of build tools, stack frames and rules of dashes: true, but no reason.
    private static final Pattern NOISE = Pattern.compile(
            "\\s*|\\s*at [\\w.$/<>]+\\(.*\\)|\\s*\\.\\.\\. \\d+ more|[-=*_~+ ]+|\\[(INFO|ERROR|WARNING)]\\s*[-=]*"
            + "|\\[ERROR] (To see the full|Re-run Maven|For more information|After correcting|-> \\[Help|\\[Help).*"
            + "|\\[INFO] .*|Process exited.*");

    private FailureReason() {
    }

    static String of(String command, int status, List<String> lastLines) {
        if (status == NOT_AVAILABLE) {
            for (String line : lastLines.reversed()) {
                int at = line.indexOf(MARKER);
                if (at >= 0) {
                    return shorten(line.substring(at).strip());
                }
            }
            return shorten(MARKER + " " + lastMeaningful(lastLines));
        }
        return shorten(command + " failed with exit status " + status + signal(status) + ": "
                + lastMeaningful(lastLines));
    }

    static String lastMeaningful(List<String> lines) {
        for (String line : lines.reversed()) {
            if (!NOISE.matcher(line).matches()) {
                return line.strip();
            }
        }
        return "it printed nothing that explains it";
    }

    /// Shells report a death by signal n as 128 + n.
    private static String signal(int status) {
        return switch (status) {
            case 126 -> " (not executable)";
            case 127 -> " (command not found)";
            case 134 -> " (aborted)";
            case 137 -> " (killed, often for want of memory)";
            case 139 -> " (crashed)";
            case 143 -> " (terminated)";
            default -> "";
        };
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
