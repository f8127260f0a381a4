package com.alphaheng.engine.parity;

import com.alphaheng.engine.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Holds one engine's results against expected ones. Collects everything that differs.
public final class ParityCheck {

    /// Share of forced choices that must agree.
    private static final double FORCED_SHARE = 0.97;

    private final List<String> passed = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();

    public List<String> passed() {
        return List.copyOf(passed);
    }

    /// What differs; empty when all agrees.
    public List<String> failed() {
        return List.copyOf(failed);
    }

    /// Holds `engine` against goldens: the argmax at every position (ids whose logits are within `tolerance` of one
    /// another may be swapped), the last logits, and the greedy continuation token for token.
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
                "prompt %d: last logits differ by at most %.2g, %.2g are allowed", i, largest, tolerance));
            same("prompt " + i + ": greedy continuation", expected.greedy(), found.greedy());
        }
    }

    /// Holds a continuation against the expected one, token for token.
    public void same(String what, int[] expected, int[] found) {
        int mismatch = Arrays.mismatch(expected, found);
        note(mismatch < 0, what + ": " + (mismatch < 0 ? "all " + expected.length + " tokens agree"
            : "parts at token " + mismatch));
    }

    /// Holds a greedy continuation against the expected one. Where they part, `engine` decodes the expected ids
    /// instead of its own, and must choose nearly all of them: a broken step does not.
    public void continuation(String what, Engine engine, int[] prompt, int[] expected, int[] found, float tolerance) {
        int mismatch = Arrays.mismatch(expected, found);
        if (mismatch < 0) {
            same(what, expected, found);
            return;
        }
        float[] margin = new float[expected.length];
        int[] choices = Goldens.forced(engine, prompt, expected, margin);
        int agreed = 0;
        for (int i = 0; i < choices.length; i++) {
            agreed += choices[i] == expected[i] || margin[i] <= 2 * tolerance ? 1 : 0;
        }
        note(agreed >= FORCED_SHARE * expected.length, what + ": parts at token " + mismatch
            + "; decoding the expected ids, " + agreed + " of " + expected.length + " choices agree");
    }

    /// Holds the choices at the first `count` positions of a prompt against the recorded ones; ties within `tolerance`
    /// may go either way.
    public void positions(String what, Engine engine, Goldens.Prompt expected, int count, float tolerance) {
        argmax(what, expected, Goldens.positions(engine, Arrays.copyOf(expected.tokens(), count)), tolerance);
    }

    private void argmax(String prompt, Goldens.Prompt expected, Goldens.Prompt found, float tolerance) {
        int swapped = 0;
        int wrong = -1;
        int positions = found.argmax().length;
        for (int position = 0; position < positions; position++) {
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
        note(wrong < 0, prompt + ": argmax agrees at " + (positions - swapped) + " of "
            + positions + " positions" + (wrong < 0 ? (swapped > 0 ? ", the others are ties" : "")
            : "; the first wrong one is " + wrong));
    }

    private void note(boolean holds, String what) {
        (holds ? passed : failed).add(what);
    }
}
