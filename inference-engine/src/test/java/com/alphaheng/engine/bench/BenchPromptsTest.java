package com.alphaheng.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.testing.ShippedModel;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BenchPromptsTest {

    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void noTwoSamplesBeginAlikeAndTheSameSeedDrawsTheSame() {
        Set<List<Integer>> beginnings = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            BenchPrompts prompts = new BenchPrompts(engine, seed);
            for (int sample = 0; sample < 20; sample++) {
                int[] ids = prompts.draw(sample, 40);
                assertThat(ids).hasSize(40).isEqualTo(prompts.withSeed(seed).draw(sample, 40));
                beginnings.add(Arrays.stream(ids, 0, 15).boxed().toList());
            }
        }
        assertThat(beginnings).hasSize(400);
    }

    @Test
    void itIsTextBehindANumber() {
        try (Tokenizer tokenizer = Tokenizer.load(engine.directory())) {
            String text = tokenizer.decode(new BenchPrompts(engine, 3).draw(0, 2000));
            assertThat(text).matches("(?s)// \\d{12}\n.*").contains("public final class Inventory");
        }
    }

    @Test
    void aNewEndLeavesTheRest() {
        BenchPrompts prompts = new BenchPrompts(engine, 3);
        int[] first = prompts.draw(0, 2000);
        int[] second = prompts.withNewEnd(first, 1);
        assertThat(Arrays.mismatch(first, second)).isBetween(1968, 1999);
        assertThat(prompts.withNewEnd(second, 2)).isNotEqualTo(second).hasSize(2000);
    }

    @Test
    @Tag("slow")
    void runsThatWarmedUpForDifferentTimesMeasureTheSame() {
        try (DecodeRun one = new DecodeRun(engine, new BenchPrompts(engine, 5), 12, 4);
             DecodeRun other = new DecodeRun(engine, new BenchPrompts(engine, 5), 12, 4)) {
            one.measure(4);
            DecodeRun.warmUp(4, other);
            one.reseed(new BenchPrompts(engine, 5));
            int[] first = one.measure(4).ids();
            assertThat(other.measure(4).ids()).isEqualTo(first);
            one.reseed(new BenchPrompts(engine, 6));
            assertThat(one.measure(4).ids()).isNotEqualTo(first);
        }
    }
}
