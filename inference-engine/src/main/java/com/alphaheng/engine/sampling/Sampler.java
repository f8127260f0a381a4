package com.alphaheng.engine.sampling;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Chooses ids from logits as a [Sampling] says. Keeps what the penalties need to know of the text so far. Allocates
/// nothing per choice. Not thread-safe.
public final class Sampler {

    /// Ids less probable than the best by this factor wait until the others do not suffice: they rarely matter, and
    /// most of a vocabulary is among them.
    private static final float RARE = 1e-6f;
    /// exp(-30) of the best, times any vocabulary, is less than a float's precision.
    private static final float NEGLIGIBLE = -30;

    private final Sampling sampling;
    private final SplittableRandom random;
    private final int[] biasedIds;
    private final float[] biases;
    private final int[] generatedCounts;
    private final boolean[] seen;
    /// The ids that are seen, without order.
    private final int[] seenIds;
    private int seenCount;
    private final float[] logits;
    /// Relative to the most probable id, which has 1.
    private final float[] probabilities;
    /// Candidates as a heap, the best first; behind its end the ids taken from it, the best last.
    private final int[] heap;
    private int heapSize;
    private int candidates;

    public Sampler(Sampling sampling, int vocabSize) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
        this.biasedIds = sampling.logitBias().keySet().stream().mapToInt(Integer::intValue).toArray();
        this.biases = new float[biasedIds.length];
        float[] all = sampling.biases(vocabSize);
        for (int i = 0; i < biases.length; i++) {
            biases[i] = all[biasedIds[i]];
        }
        this.generatedCounts = new int[vocabSize];
        this.seen = new boolean[vocabSize];
        this.seenIds = new int[vocabSize];
        this.logits = new float[vocabSize];
        this.probabilities = new float[vocabSize];
        this.heap = new int[vocabSize];
    }

    /// Where the caller puts the logits of the next choice; [#choose] changes them.
    public float[] logits() {
        return logits;
    }

    /// Begins a text after this prompt: the penalties know its ids, and of no others. The random numbers go on.
    public void restart(int[] prompt) {
        Arrays.fill(seen, false);
        Arrays.fill(generatedCounts, 0);
        seenCount = 0;
        for (int id : prompt) {
            see(id);
        }
    }

    private void see(int id) {
        if (!seen[id]) {
            seen[id] = true;
            seenIds[seenCount++] = id;
        }
    }

    /// Chooses from [#logits()], and remembers the choice.
    public int choose() {
        for (int i = 0; i < biases.length; i++) {
            logits[biasedIds[i]] += biases[i];
        }
        if (sampling.hasPenalties()) {
            penalize();
        }
        int best = largest();
        int id = sampling.temperature() == 0 ? best : draw(best);
        see(id);
        generatedCounts[id]++;
        return id;
    }

    private void penalize() {
        float repetition = sampling.repetitionPenalty();
        for (int i = 0; i < seenCount; i++) {
            int id = seenIds[i];
            logits[id] = logits[id] > 0 ? logits[id] / repetition : logits[id] * repetition;
            if (generatedCounts[id] > 0) {
                logits[id] -= sampling.presencePenalty() + generatedCounts[id] * sampling.frequencyPenalty();
            }
        }
    }

    private int largest() {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    private int draw(int best) {
        float top = logits[best];
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            float exponent = (logits[id] - top) / sampling.temperature();
            probabilities[id] = exponent < NEGLIGIBLE ? 0 : (float) Math.exp(exponent);
            sum += probabilities[id];
        }
        return sampling.topK() == 0 && sampling.topP() == 1 && sampling.minP() == 0 ? drawFromAll(best, sum)
            : drawFromBest(sum);
    }

    private int drawFromAll(int best, double sum) {
        double point = random.nextDouble() * sum;
        for (int id = 0; id < probabilities.length; id++) {
            point -= probabilities[id];
            if (point < 0) {
                return id;
            }
        }
        return best;
    }

    private int drawFromBest(double sum) {
        int count = takeBest(sum, RARE);
        if (count < 0) {
            count = takeBest(sum, 0);
        }
        double kept = 0;
        for (int i = 0; i < count; i++) {
            kept += probabilities[taken(i)];
        }
        double point = random.nextDouble() * kept;
        for (int i = 0; i < count; i++) {
            point -= probabilities[taken(i)];
            if (point < 0) {
                return taken(i);
            }
        }
        return taken(0);
    }

    /// Takes the ids that top-k, top-p and min-p leave, the best first, and returns how many; -1 when those with at
    /// least the probability `least` do not suffice to tell. Top-p counts within what top-k keeps.
    private int takeBest(double sum, float least) {
        gather(least);
        int limit = sampling.topK() == 0 ? probabilities.length : Math.min(sampling.topK(), probabilities.length);
        double whole = sum;
        if (sampling.topK() > 0) {
            if (candidates < limit && least > 0) {
                return -1;
            }
            whole = 0;
            while (candidates - heapSize < limit) {
                whole += probabilities[take()];
            }
        }
        double kept = 0;
        int count = 0;
        while (count < limit && kept < sampling.topP() * whole) {
            if (count == candidates) {
                return least > 0 ? -1 : count;
            }
            if (count == candidates - heapSize) {
                take();
            }
            float probability = probabilities[taken(count)];
            if (probability < sampling.minP()) {
                break;
            }
            kept += probability;
            count++;
        }
        return count;
    }

    /// The id taken as number `index` from the heap.
    private int taken(int index) {
        return heap[candidates - 1 - index];
    }

    /// Makes a heap of the ids with at least this probability relative to the best.
    private void gather(float least) {
        candidates = 0;
        for (int id = 0; id < probabilities.length; id++) {
            if (probabilities[id] >= least) {
                heap[candidates++] = id;
            }
        }
        heapSize = candidates;
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    private int take() {
        int first = heap[0];
        heap[0] = heap[--heapSize];
        heap[heapSize] = first;
        siftDown(0);
        return first;
    }

    private void siftDown(int start) {
        int parent = start;
        while (true) {
            int child = 2 * parent + 1;
            if (child >= heapSize) {
                return;
            }
            if (child + 1 < heapSize && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], heap[parent])) {
                return;
            }
            int swap = heap[child];
            heap[child] = heap[parent];
            heap[parent] = swap;
            parent = child;
        }
    }

    /// More probable, or as probable and a lower id: the order does not depend on the heap's history.
    private boolean before(int a, int b) {
        return probabilities[a] > probabilities[b] || probabilities[a] == probabilities[b] && a < b;
    }
}
