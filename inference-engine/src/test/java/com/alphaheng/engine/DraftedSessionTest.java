package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.chat.PromptCache;
import com.alphaheng.engine.chat.PromptCacheException;
import com.alphaheng.engine.graph.ContextFullException;
import com.alphaheng.engine.graph.DraftCounters;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.sampling.Sampling;
import com.alphaheng.engine.testing.RandomModel;
import com.alphaheng.engine.testing.ShippedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Drafts change the speed of a text, and nothing else: not a token of it, whatever their depth, wherever it ends, and
/// however a session goes on after it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DraftedSessionTest {

    private static final List<int[]> PROMPTS = Goldens.read(ShippedModel.directory().resolve("goldens.safetensors"))
        .stream().map(Goldens.Prompt::tokens).toList();

    @TempDir
    private Path folder;

    private Engine plain;

    @BeforeAll
    void open() {
        plain = engine(ShippedModel.directory(), "cpu", 0, CacheFormat.F16);
        // The Vector API's kernels promise close results for several tokens at once, not the same.
        assumeTrue(plain.device().description().startsWith("C kernels"), "the C kernels were not built here");
    }

    @AfterAll
    void close() {
        plain.close();
    }

    /// On one thread: two of them on a busy machine wait for each other most of the time.
    private static Engine engine(Path model, String backend, int drafts, CacheFormat format) {
        return engine(model, backend, 1, drafts, format);
    }

    private static Engine engine(Path model, String backend, int threads, int drafts, CacheFormat format) {
        return Engine.open(model, EngineOptions.defaults().withBackend(backend).withDevice(
            new DeviceOptions(threads, 0)).withOptimizations(
            Optimizations.standard().withCacheFormat(format).withDrafts(drafts)));
    }

    private static Engine drafting(int drafts) {
        return engine(ShippedModel.directory(), "cpu", drafts, CacheFormat.F16);
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"F16, 1", "INT8, 1", "F32, 2", "FP4, 2"})
    void greedyTextIsWhatItIsWithoutDrafts(CacheFormat format, int threads) {
        Path model = ShippedModel.directory();
        try (Engine without = engine(model, "cpu", threads, 0, format)) {
            List<int[]> texts = PROMPTS.stream().map(prompt -> Goldens.greedy(without, prompt, 250)).toList();
            for (int drafts = 1; drafts <= 3; drafts++) {
                try (Engine with = engine(model, "cpu", threads, drafts, format)) {
                    for (int i = 0; i < texts.size(); i++) {
                        assertThat(Goldens.greedy(with, PROMPTS.get(i), 250)).as("prompt %d, %d drafts", i, drafts)
                            .isEqualTo(texts.get(i));
                    }
                }
            }
        }
    }

    static IntStream seeds() {
        return IntStream.range(300, 308);
    }

    /// Random models repeat themselves soon, and their MTP layer guesses: most drafts are wrong, some are right.
    @ParameterizedTest
    @MethodSource("seeds")
    void randomModelsWriteToTheEndOfTheContextAsWithoutDrafts(int seed) throws IOException {
        RandomModel model = new RandomModel(seed, 1, true);
        model.write(folder);
        int[] prompt = model.prompt(5);
        for (String backend : List.of("cpu", "reference")) {
            List<Integer> expected = toTheEnd(backend, 0, prompt);
            assertThat(expected).hasSize(60 - prompt.length + 1);
            for (int drafts = 1; drafts <= 3; drafts++) {
                assertThat(toTheEnd(backend, drafts, prompt)).as("%s, %d drafts", backend, drafts)
                    .isEqualTo(expected);
            }
        }
    }

    private List<Integer> toTheEnd(String backend, int drafts, int[] prompt) {
        List<Integer> ids = new ArrayList<>();
        try (Engine engine = engine(folder, backend, drafts, CacheFormat.F16);
             Session session = engine.newSession(SessionOptions.greedy().withContext(60))) {
            session.sync(prompt);
            assertThatThrownBy(() -> {
                while (ids.size() < 1000) {
                    ids.add(session.next());
                }
            }).isInstanceOf(ContextFullException.class);
        }
        return ids;
    }

    /// As if each token in turn ended the text, also inside accepted drafts: what comes after it is forgotten.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aSessionGoesOnFromWhereItsReaderStopped(int drafts) {
        int[] prompt = PROMPTS.getFirst();
        int[] more = Arrays.copyOf(PROMPTS.get(2), 4);
        int[] text = Goldens.greedy(plain, prompt, 24);
        try (Engine engine = drafting(drafts);
             Session session = engine.newSession(SessionOptions.greedy().withContext(200))) {
            for (int stop = 0; stop <= text.length; stop++) {
                session.sync(prompt);
                for (int i = 0; i < stop; i++) {
                    assertThat(session.next()).isEqualTo(text[i]);
                }
                assertThat(session.ids()).isEqualTo(join(prompt, Arrays.copyOf(text, stop)));
                int[] next = join(session.ids(), more);
                session.sync(next);
                int[] found = new int[12];
                Arrays.setAll(found, index -> session.next());
                assertThat(found).as("after %d tokens", stop).isEqualTo(Goldens.greedy(plain, next, 12));
            }
        }
    }

    @Test
    void promptsThatComeInPiecesOrAgainAreDraftedFromAsWell() {
        int[] prompt = PROMPTS.get(1);
        int[] text = Goldens.greedy(plain, prompt, 40);
        try (Engine engine = drafting(3);
             Session whole = engine.newSession(SessionOptions.greedy().withContext(200));
             Session pieces = engine.newSession(new SessionOptions(200, 7, Sampling.greedy()))) {
            assertThat(generate(whole, prompt, 40)).isEqualTo(text);
            DraftCounters once = whole.timeline().draftCounters();
            assertThat(generate(pieces, prompt, 40)).isEqualTo(text);
            // The drafts are the same too: the MTP layer's rows do not depend on the pieces.
            assertThat(pieces.timeline().draftCounters()).isEqualTo(once);
            DraftCounters before = pieces.timeline().draftCounters();
            pieces.timeline().truncate(0);
            for (int end = 10; end < prompt.length; end += 10) {
                assertThat(pieces.sync(Arrays.copyOf(prompt, end))).as("tokens computed").isEqualTo(10);
            }
            assertThat(generate(pieces, prompt, 40)).isEqualTo(text);
            assertThat(pieces.timeline().draftCounters().minus(before)).isEqualTo(once);
            assertThat(generate(whole, prompt, 40)).isEqualTo(text);
            assertThat(whole.timeline().draftCounters().minus(once)).isEqualTo(once);
        }
    }

    /// Draws are made in the same order from the same logits, so even the same seed gives the same text.
    @Tag("slow")
    @Test
    void sampledTextIsWhatItIsWithoutDrafts() {
        List<Sampling> ways = List.of(Sampling.ofTemperature(0.8f, 1, 7), Sampling.ofTemperature(1.2f, 0.9f, 8),
            new Sampling(0.7f, 40, 0.95f, 0.02f, 1.1f, 0.2f, 0.1f, Map.of(7, 2f), 9),
            new Sampling(0, 0, 1, 0, 1.2f, 0, 0, Map.of(), 0));
        for (Sampling way : ways) {
            for (int drafts = 1; drafts <= 3; drafts++) {
                try (Engine engine = drafting(drafts);
                     Session with = engine.newSession(SessionOptions.greedy().withContext(512).withSampling(way));
                     Session without = plain.newSession(SessionOptions.greedy().withContext(512)
                         .withSampling(way))) {
                    // The second text goes on with the random numbers of the first, which ends inside a step.
                    for (int length : new int[] {101, 50}) {
                        assertThat(generate(with, PROMPTS.getFirst(), length)).as("%s, %d drafts", way, drafts)
                            .isEqualTo(generate(without, PROMPTS.getFirst(), length));
                    }
                    assertThat(with.timeline().draftCounters().acceptance(1)).isBetween(0.2, 0.95);
                }
            }
        }
    }

    @Test
    void countersTellWhatWasAccepted() {
        try (Engine engine = drafting(3);
             Session session = engine.newSession(SessionOptions.greedy().withContext(600))) {
            generate(session, PROMPTS.get(1), 300);
            DraftCounters counters = session.timeline().draftCounters();
            assertThat(counters.depth()).isEqualTo(3);
            assertThat(counters.made()).allMatch(made -> made == counters.steps());
            assertThat(counters.acceptance(1)).isGreaterThan(0.6);
            assertThat(counters.acceptance(1)).isGreaterThan(counters.acceptance(2));
            assertThat(counters.acceptance(2)).isGreaterThan(counters.acceptance(3));
            // The first token needs no step, and the last step may yield more than was asked for.
            assertThat(counters.steps() * counters.tokensPerStep()).isBetween(299.0, 302.0);
        }
    }

    @Test
    void aPromptCacheHoldsTheMtpLayersRowsToo() throws IOException {
        Path file = folder.resolve("prompt.cache");
        int[] prompt = PROMPTS.get(1);
        int[] text = Goldens.greedy(plain, prompt, 40);
        try (Engine engine = drafting(2);
             Session first = engine.newSession(SessionOptions.greedy().withContext(200));
             Session second = engine.newSession(SessionOptions.greedy().withContext(200))) {
            assertThat(generate(first, prompt, 40)).isEqualTo(text);
            DraftCounters before = first.timeline().draftCounters();
            int saved = new PromptCache(engine).save(first, file);
            assertThat(saved).isGreaterThan(prompt.length + 30);
            assertThat(new PromptCache(engine).restore(second, file)).isEqualTo(saved);
            assertThat(second.sync(prompt)).isLessThan(4);
            int[] found = new int[40];
            Arrays.setAll(found, index -> second.next());
            assertThat(found).isEqualTo(text);
            assertThat(second.timeline().draftCounters()).isEqualTo(before);
            try (Session without = plain.newSession(SessionOptions.greedy().withContext(200))) {
                assertThatThrownBy(() -> new PromptCache(plain).restore(without, file))
                    .isInstanceOf(PromptCacheException.class).hasMessageContaining("use --mtp or write it anew");
                generate(without, prompt, 5);
                new PromptCache(plain).save(without, file);
            }
            assertThatThrownBy(() -> new PromptCache(engine).restore(second, file))
                .isInstanceOf(PromptCacheException.class).hasMessageContaining("leave --mtp out");
        }
    }

    @Test
    void whatCannotDraftSaysSo() throws IOException {
        new RandomModel(1, 1).write(folder);
        try (Engine engine = engine(folder, "cpu", 1, CacheFormat.F16)) {
            assertThatThrownBy(() -> engine.newSession(SessionOptions.greedy()))
                .hasMessageContaining("this model has no MTP layer").hasMessageContaining("leave --mtp out");
        }
    }

    private static int[] generate(Session session, int[] prompt, int count) {
        session.sync(prompt);
        int[] ids = new int[count];
        Arrays.setAll(ids, index -> session.next());
        return ids;
    }

    private static int[] join(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
