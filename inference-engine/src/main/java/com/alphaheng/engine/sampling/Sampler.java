package com.alphaheng.engine.sampling;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/// Chooses ids from logits as a [Sampling] says. Keeps what the penalties need to know of the text so far. Allocates
/// nothing per choice. Not thread-safe.
public final class Sampler {

    private final Sampling sampling;
    private final SplittableRandom random;
    private final int[] generatedCounts;
    private final boolean[] seen;
    private final float[] logits;
    private final float[] probabilities;
    private final int[] heap;
    private int heapSize;

    public Sampler(Sampling sampling, int vocabSize) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
        this.generatedCounts = new int[vocabSize];
        this.seen = new boolean[vocabSize];
        this.logits = new float[vocabSize];
        this.probabilities = new float[vocabSize];
        this.heap = new int[vocabSize];
    }

    /// Where the caller puts the logits of the next choice; [#choose] changes them.
    public float[] logits() {
        return logits;
    }

    /// Tells the sampler of ids of the prompt, for the repetition penalty.
    public void observePrompt(int id) {
        seen[id] = true;
    }

    /// Chooses from [#logits()], and remembers the choice.
    public int choose() {
        addBias();
        if (sampling.hasPenalties()) {
            penalize();
        }
        int id = sampling.temperature() == 0 ? largest() : draw();
        seen[id] = true;
        generatedCounts[id]++;
        return id;
    }

    private void addBias() {
        if (!sampling.logitBias().isEmpty()) {
            for (Map.Entry<Integer, Float> bias : sampling.logitBias().entrySet()) {
                logits[bias.getKey()] += bias.getValue();
            }
        }
    }

    private void penalize() {
        float repetition = sampling.repetitionPenalty();
        for (int id = 0; id < logits.length; id++) {
            if (seen[id]) {
                logits[id] = logits[id] > 0 ? logits[id] / repetition : logits[id] * repetition;
            }
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

    private int draw() {
        float top = logits[largest()];
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            probabilities[id] = (float) Math.exp((logits[id] - top) / sampling.temperature());
            sum += probabilities[id];
        }
        if (sampling.topK() == 0 && sampling.topP() == 1 && sampling.minP() == 0) {
            return drawFromAll(sum);
        }
        return drawFromBest(sum);
    }

    private int drawFromAll(double sum) {
        double point = random.nextDouble() * sum;
        int last = 0;
        for (int id = 0; id < probabilities.length; id++) {
            if (probabilities[id] > 0) {
                last = id;
                point -= probabilities[id];
                if (point < 0) {
                    return id;
                }
            }
        }
        return last;
    }

    /// Takes ids in falling order of probability from a heap, only as many as the cuts leave. The probabilities are
    /// not normalized: the most probable has 1, and top-p counts within what top-k keeps.
    private int drawFromBest(double sum) {
        buildHeap();
        int most = sampling.topK() == 0 ? probabilities.length : Math.min(sampling.topK(), probabilities.length);
        double whole = sampling.topK() == 0 ? sum : sumOfBest(most);
        double kept = 0;
        int count = 0;
        while (count < most && heapSize > 0) {
            if (probabilities[heap[0]] < sampling.minP()) {
                break;
            }
            kept += probabilities[heap[0]];
            moveFirstToEnd();
            count++;
            if (kept >= sampling.topP() * whole) {
                break;
            }
        }
        double point = random.nextDouble() * kept;
        // The ids taken lie behind the heap, the best last.
        int id = heap[heap.length - 1];
        for (int i = 0; i < count; i++) {
            id = heap[heap.length - 1 - i];
            point -= probabilities[id];
            if (point < 0) {
                break;
            }
        }
        return id;
    }

    private double sumOfBest(int most) {
        double sum = 0;
        for (int i = 0; i < most; i++) {
            sum += probabilities[heap[0]];
            moveFirstToEnd();
        }
        buildHeap();
        return sum;
    }

    private void buildHeap() {
        Arrays.setAll(heap, index -> index);
        heapSize = heap.length;
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    private void moveFirstToEnd() {
        int first = heap[0];
        heap[0] = heap[--heapSize];
        heap[heapSize] = first;
        siftDown(0);
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
