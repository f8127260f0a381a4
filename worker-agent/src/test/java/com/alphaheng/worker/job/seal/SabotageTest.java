package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import com.alphaheng.worker.job.seal.Sabotage.Variant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SabotageTest {
    private static final String SOURCE = """
            class Kernel {
                private static final int TILE = 8; // { not a brace
                static float sum(float[] x) {
                    String text = "{";
                    float sum = 0;
                    for (float value : x) {
                        sum += value;
                    }
                    return sum;
                }
                static String message(int n) {
                    return "n = " + n;
                }
                static void check(int n) throws IllegalStateException {
                    if (n < 0) { throw new IllegalStateException(message(n)); }
                }
            }
            """;

    @Test
    void aFunctionWithALoopIsSabotagedByItself() {
        List<Variant> variants = Sabotage.of("Kernel.java", SOURCE, Set.of(7, 12));
        assertThat(variants).singleElement().satisfies(variant -> {
            assertThat(variant.what()).isEqualTo("sum");
            assertThat(variant.content()).contains("static float sum(float[] x) { if (Boolean.TRUE.booleanValue())");
            assertThat(variant.content()).contains("String message(int n) {\n");
        });
    }

    @Test
    void functionsWithoutLoopsAreSabotagedTogether() {
        assertThat(Sabotage.of("Kernel.java", SOURCE, Set.of(12, 15))).singleElement()
                .satisfies(variant -> assertThat(variant.what()).isEqualTo("message, check"));
    }

    @Test
    void aFieldKeepsItsClassFromComingUp() {
        assertThat(Sabotage.of("Kernel.java", SOURCE, Set.of(2))).singleElement().satisfies(variant ->
                assertThat(variant.content()).contains("TILE = 8; static { if (Boolean.TRUE.booleanValue())"));
    }

    @Test
    void kernelsInMetalReturnWithoutWork() {
        assertThat(Sabotage.of("gemv.metal", "kernel void gemv(device float* y) {\n  for (;;) { y[0] = 1; }\n}\n",
                Set.of(2)))
                .singleElement().satisfies(variant -> assertThat(variant.content()).contains("{ if (1) { return; }"));
    }

    @Test
    void functionsInCTrapWhateverTheyReturn() {
        String source = """
                #if defined(__AVX512F__) && LANES == 16
                #define STEP(i) \\
                    { sum += x[i]; }
                static inline float sum(const float *x, long count) {
                    float sum = 0;
                    for (long i = 0; i < count; i++) {
                        STEP(i)
                    }
                    return sum;
                }
                #endif
                """;
        assertThat(Sabotage.of("sum.h", source, Set.of(7))).singleElement().satisfies(variant -> {
            assertThat(variant.what()).isEqualTo("sum");
            assertThat(variant.content()).contains("long count) { if (1) { __builtin_trap(); }");
        });
    }

    @Test
    void otherFilesAreRuinedWhole() {
        assertThat(Sabotage.of("table.json", "{\"tile\": 8}", Set.of(1))).singleElement()
                .satisfies(variant -> assertThat(variant.content()).doesNotContain("tile"));
    }

    @Test
    void rulesOfTheChangeNameThePlace() {
        SealPolicy policy = SealPolicy.parse("""
                {"protected": ["**/test/**", "pom.xml"], "editable": ["src/**"], "forbidden": ["System\\\\.exit"]}""");
        assertThat(rule(policy, List.of(), file("src/test/A.java", "x"))).contains("protected-path", "src/test/A.java");
        assertThat(rule(policy, List.of(), file("POM.xml", "x"))).contains("protected-path");
        assertThat(rule(policy, List.of(), file("lib/A.java", "x"))).contains("outside-editable");
        assertThat(rule(policy, List.of("src/b/**"), file("src/a/A.java", "x"))).contains("outside-editable");
        assertThat(rule(policy, List.of(), file("src/A.java", "  \\u0053ystem.exit(0);")))
                .contains("forbidden-call", ":1");
        assertThat(rule(policy, List.of(), file("src/A.java", "// only a comment"))).contains("no-change");
        assertThat(ChangeRules.check(List.of(file("src/A.java", "int x;")), policy, List.of("src/**"),
                _ -> "int x;")).isEmpty();
        assertThatThrownBy(() -> SealPolicy.parse("{\"protect\": []}")).hasMessageContaining("protect")
                .hasMessageContaining("sealing.json");
    }

    private static ChangedFile file(String path, String line) {
        return new ChangedFile(path, "100644", "100644", false, List.of(new AddedLine(1, line)));
    }

    private static String rule(SealPolicy policy, List<String> touches, ChangedFile file) {
        Optional<Rejection> rejection = ChangeRules.check(List.of(file), policy, touches,
                _ -> file.text(1));
        return rejection.orElseThrow().describe();
    }
}
