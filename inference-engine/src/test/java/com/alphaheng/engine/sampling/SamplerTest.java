package com.alphaheng.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private static final float[] LOGITS = {1.5f, -0.5f, 3.0f, 0.25f, 2.9f, -4.0f, 0.0f, 1.0f, 2.0f, -1.0f, 1.4f, 0.7f};
    private static final int DRAWS = 100_000;

    @Test
    void distributionsAreTheAnalyticOnes() {
        fits(sampling(1.0f, 0, 1, 0));
        fits(sampling(0.7f, 0, 1, 0));
        fits(sampling(2.0f, 5, 1, 0));
        fits(sampling(1.0f, 0, 0.8f, 0));
        fits(sampling(1.3f, 0, 1, 0.2f));
        fits(sampling(1.0f, 6, 0.9f, 0.05f));
        fits(sampling(1.0f, 100, 1, 0));
        fits(sampling(1.0f, 1, 1, 0));
    }

    /// Chi-square of drawn counts against the probabilities, at one in a thousand.
    private static void fits(Sampling how) {
        double[] expected = probabilities(LOGITS, how);
        Sampler sampler = new Sampler(how, LOGITS.length);
        int[] counts = new int[LOGITS.length];
        for (int i = 0; i < DRAWS; i++) {
            System.arraycopy(LOGITS, 0, sampler.logits(), 0, LOGITS.length);
            counts[sampler.choose()]++;
        }
        double square = 0;
        int kept = 0;
        for (int id = 0; id < counts.length; id++) {
            if (expected[id] == 0) {
                assertThat(counts[id]).as("id %d under %s", id, how).isZero();
            } else {
                double mean = expected[id] * DRAWS;
                square += (counts[id] - mean) * (counts[id] - mean) / mean;
                kept++;
            }
        }
        // 0.999 quantile of chi-square (Wilson and Hilferty 1931).
        int freedom = Math.max(1, kept - 1);
        double limit = freedom * Math.pow(1 - 2.0 / (9 * freedom) + 3.09 * Math.sqrt(2.0 / (9 * freedom)), 3);
        assertThat(square).as(how.toString()).isLessThan(limit);
    }

    /// The distribution by definition: softmax, then top-k, top-p, min-p by sorting.
    private static double[] probabilities(float[] logits, Sampling how) {
        double[] p = new double[logits.length];
        double top = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp((logits[i] - top) / how.temperature());
        }
        Integer[] order = IntStream.range(0, p.length).boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -p[i])).toArray(Integer[]::new);
        int limit = how.topK() == 0 ? p.length : Math.min(how.topK(), p.length);
        double whole = Arrays.stream(order, 0, limit).mapToDouble(i -> p[i]).sum();
        double[] kept = new double[p.length];
        double sum = 0;
        for (int rank = 0; rank < limit && sum < how.topP() * whole; rank++) {
            if (p[order[rank]] >= how.minP()) {
                kept[order[rank]] = p[order[rank]];
            }
            sum += p[order[rank]];
        }
        double total = Arrays.stream(kept).sum();
        return Arrays.stream(kept).map(value -> value / total).toArray();
    }

    @Test
    void cutsAgreeWithTheirDefinitionOnRandomLogits() {
        Random random = new Random(1);
        for (int round = 0; round < 3_000; round++) {
            float[] logits = new float[2 + random.nextInt(300)];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) random.nextGaussian() * (round % 5 == 0 ? 20 : 2);
            }
            Sampling how = new Sampling(0.3f + random.nextFloat() * 2, random.nextInt(3) == 0 ? 0 : random.nextInt(400),
                random.nextInt(3) == 0 ? 1 : 0.05f + 0.9f * random.nextFloat(),
                random.nextInt(2) == 0 ? 0 : random.nextFloat() / 2, 1, 0, 0, Map.of(), round);
            double[] expected = probabilities(logits, how);
            Sampler sampler = new Sampler(how, logits.length);
            for (int draw = 0; draw < 20; draw++) {
                System.arraycopy(logits, 0, sampler.logits(), 0, logits.length);
                int id = sampler.choose();
                assertThat(expected[id]).as("id %d of %s", id, how).isPositive();
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameIds() {
        assertThat(draw(7)).isEqualTo(draw(7)).isNotEqualTo(draw(8));
    }

    private static int[] draw(long seed) {
        Sampler sampler = new Sampler(Sampling.ofTemperature(1, 0.95f, seed), LOGITS.length);
        return IntStream.range(0, 100).map(i -> {
            System.arraycopy(LOGITS, 0, sampler.logits(), 0, LOGITS.length);
            return sampler.choose();
        }).toArray();
    }

    @Test
    void biasAndPenalties() {
        assertThat(greedy(new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(5, 100f), 0), new float[] {1, 2, 3, 0, 0, 0}))
            .containsExactly(5, 5, 5);
        assertThat(greedy(new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(2, -100f), 0), new float[] {1, 2, 3}))
            .containsExactly(1, 1, 1);
        assertThat(greedy(new Sampling(0, 0, 1, 0, 2, 0, 0, Map.of(), 0), new float[] {4, 3, 1.8f}))
            .containsExactly(0, 1, 0);
        assertThat(greedy(new Sampling(0, 0, 1, 0, 2, 0, 0, Map.of(), 0), new float[] {-1, -1.5f, -1.8f}))
            .containsExactly(0, 1, 2);
        assertThat(greedy(new Sampling(0, 0, 1, 0, 1, 1.5f, 0, Map.of(), 0), new float[] {4, 3, 1.8f}))
            .containsExactly(0, 1, 0);
        assertThat(greedy(new Sampling(0, 0, 1, 0, 1, 0, 0.6f, Map.of(), 0), new float[] {4, 3, 1.8f}))
            .containsExactly(0, 0, 1);
    }

    /// Three choices from the same logits.
    private static int[] greedy(Sampling how, float[] logits) {
        Sampler sampler = new Sampler(how, logits.length);
        return IntStream.range(0, 3).map(i -> {
            System.arraycopy(logits, 0, sampler.logits(), 0, logits.length);
            return sampler.choose();
        }).toArray();
    }

    @Test
    void restartForgetsTheOldTextAndSeesThePrompt() {
        Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 2, 0, 0, Map.of(), 0), 3);
        sampler.restart(new int[] {0, 0});
        System.arraycopy(new float[] {4, 3, 1}, 0, sampler.logits(), 0, 3);
        assertThat(sampler.choose()).isEqualTo(1);
        sampler.restart(new int[] {});
        System.arraycopy(new float[] {4, 3, 1}, 0, sampler.logits(), 0, 3);
        assertThat(sampler.choose()).isZero();
    }

    @Test
    void aChoiceAllocatesNothing() {
        int vocabulary = 154_880;
        float[] logits = new float[vocabulary];
        Random random = new Random(2);
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) random.nextGaussian() * 3;
        }
        Sampler sampler = new Sampler(new Sampling(0.8f, 40, 0.95f, 0.01f, 1.1f, 0.1f, 0.1f, Map.of(3, 1f), 5),
            vocabulary);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (int round = 0; round < 60; round++) {
            System.arraycopy(logits, 0, sampler.logits(), 0, vocabulary);
            long before = threads.getCurrentThreadAllocatedBytes();
            sampler.choose();
            // The first rounds load classes and let the compiler settle.
            allocated += round < 20 ? 0 : threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void aBiasOutsideTheVocabularyIsRefused() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> new Sampler(new Sampling(1, 0, 1, 0, 1, 0, 0, Map.of(99, 1f), 0), 12))
            .withMessage("logit bias for token id 99: the vocabulary has 12 ids");
    }

    private static Sampling sampling(float temperature, int topK, float topP, float minP) {
        return new Sampling(temperature, topK, topP, minP, 1, 0, 0, Map.of(), 42);
    }
}
