package com.alphaheng.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.chat.Completion.Finish;
import com.alphaheng.engine.chat.Completion.Limits;
import com.alphaheng.engine.graph.ContextFullException;
import com.alphaheng.engine.sampling.Sampling;
import com.alphaheng.engine.testing.ShippedModel;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Continuations step by step, with the shipped model and prompts of several stretches.
class ContinuationTest {

    private static final int STRETCH = 8;
    private static final Limits LIMITS = new Limits(12, List.of(), true, false);

    private final StringBuilder text = new StringBuilder();
    private Engine engine;
    private Tokenizer tokenizer;
    private int[] prompt;

    @BeforeEach
    void open() {
        engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults());
        tokenizer = Tokenizer.load(ShippedModel.directory());
        prompt = tokenizer.encode("/** Adds two numbers, which must not be null, and gives their sum. */\n"
            + "public static int add(int a, int b) {\n", ControlTokens.PARSE);
    }

    @AfterEach
    void close() {
        tokenizer.close();
        engine.close();
    }

    private Session session(int stretch) {
        return engine.newSession(new SessionOptions(64, stretch, Sampling.greedy()));
    }

    private Continuation begin(Session session) {
        text.setLength(0);
        return new Continuation(session, tokenizer, prompt, LIMITS, text::append);
    }

    private String whole() {
        try (Session session = session(0)) {
            Continuation all = begin(session);
            assertThat(all.step()).isTrue();
            assertThat(all.promptHeld()).isTrue();
            while (all.step()) {
                assertThat(all.tokens()).isPositive();
            }
            return text.toString();
        }
    }

    @Test
    void aLongPromptIsComputedInStretches() {
        String expected = whole();
        try (Session session = session(STRETCH)) {
            Continuation parts = begin(session);
            int stretches = 0;
            while (!parts.promptHeld()) {
                parts.step();
                stretches++;
            }
            assertThat(prompt.length).isGreaterThan(2 * STRETCH);
            assertThat(stretches).isEqualTo((prompt.length + STRETCH - 1) / STRETCH);
            while (parts.step()) {
                assertThat(parts.tokens()).isPositive();
            }
            assertThat(text.toString()).isEqualTo(expected);
            Completion completion = parts.completion();
            assertThat(completion.computedTokens()).isEqualTo(prompt.length);
            assertThat(completion.tokens()).isEqualTo(12);
            assertThat(completion.finish()).isEqualTo(Finish.LENGTH);
        }
    }

    @Test
    void whatWasComputedBeforeAnInterruptionIsKept() {
        String expected = whole();
        try (Session session = session(STRETCH)) {
            Continuation cut = begin(session);
            cut.step();
            cut.step();
            cut.interrupt();
            assertThat(cut.step()).isFalse();
            assertThat(cut.completion().finish()).isEqualTo(Finish.INTERRUPTED);
            assertThat(cut.completion().tokens()).isZero();

            Continuation again = begin(session);
            assertThat(again.shared()).isEqualTo(2 * STRETCH);
            do {
                assertThat(again.tokens()).isLessThanOrEqualTo(12);
            } while (again.step());
            assertThat(text.toString()).isEqualTo(expected);
            assertThat(again.completion().computedTokens()).isEqualTo(prompt.length - 2 * STRETCH);

            Continuation known = begin(session);
            assertThat(known.shared()).isEqualTo(prompt.length);
            assertThat(known.promptHeld()).as("its last logits have yet to be computed").isFalse();
            known.step();
            assertThat(known.promptHeld()).isTrue();
        }
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsComputed() {
        try (Session session = engine.newSession(new SessionOptions(prompt.length - 1, STRETCH, Sampling.greedy()))) {
            assertThatThrownBy(() -> begin(session)).isInstanceOf(ContextFullException.class);
            assertThat(session.length()).isZero();
        }
    }
}
