package com.alphaheng.engine.parity;

import com.alphaheng.engine.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Holds one engine's results against expected ones. Collects everything that differs.
public final class ParityCheck {

    private final List<String> passed = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();

    public List<String> passed() {
        return List.copyOf(passed);
    }

    /// What differs; empty when all agrees.
    public List<String> failed() {
        return List.copyOf(failed);
    }

    /// Holds `engine` against goldens. Where two ids were within `tolerance` of one another in the reference,
    /// rounding may swap them; a greedy continuation is compared up to the first such place.
    ///
    /// @param tolerance largest difference of a logit
    public void goldens(Engine engine, List<Goldens.Prompt> prompts, float tolerance) {
        for (int i = 0; i < prompts.size(); i++) {
            Goldens.Prompt expected = prompts.get(i);
            Goldens.Prompt found = Goldens.compute(engine, expected.tokens());
            argmax("prompt " + i, expected, found, tolerance);
            float largest = 0;
            for (int id = 0; id < expected.logitsLast().length; id++) {
                largest = Math.max(largest, Math.abs(expected.logitsLast()[id] - found.logitsLast()[id]));
            }
            note(largest <= tolerance, String.format(Locale.ROOT,
                "prompt %d: last logits differ by at most %.2g (tolerance %.2g)", i, largest, tolerance));
            sameIds("prompt " + i + ": greedy continuation", expected.greedy(), found.greedy());
        }
    }

    private void argmax(String prompt, Goldens.Prompt expected, Goldens.Prompt found, float tolerance) {
        int swapped = 0;
        int wrong = -1;
        for (int position = 0; position < expected.argmax().length; position++) {
            if (expected.argmax()[position] != found.argmax()[position]) {
                // Without a recorded margin, this engine's own tells whether it was a near tie.
                float margin = (expected.margin() == null ? found : expected).margin()[position];
                if (margin <= 2 * tolerance) {
                    swapped++;
                } else if (wrong < 0) {
                    wrong = position;
                }
            }
        }
        note(wrong < 0, prompt + ": argmax agrees at " + (expected.argmax().length - swapped) + " of "
            + expected.argmax().length + " positions" + (wrong < 0 ? (swapped > 0 ? ", the others are ties" : "")
            : "; the first wrong one is " + wrong));
    }

    /// Holds two lists of ids against one another.
    public void sameIds(String what, int[] expected, int[] found) {
        int mismatch = Arrays.mismatch(expected, found);
        note(mismatch < 0, mismatch < 0 ? what + ": " + expected.length + " tokens agree"
            : what + ": differs from token " + mismatch + " on");
    }

    private void note(boolean holds, String what) {
        (holds ? passed : failed).add(what);
    }
}
