package com.alphaheng.engine.metal;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// What Apple's compiler would refuse or is known to get wrong in the `.metal` files, found without it.
@Tag("slow")
class MslHygieneTest {
    private static final Path SOURCES = Path.of("src/main/resources/metal");
    private static final Path SHIM = Path.of("src/test/native/hygiene");

    @TempDir
    private Path folder;

    /// Compiles with the address spaces as distinct qualifiers; returns what clang says.
    private String compile(String source) throws IOException {
        boolean present = SoftMetal.run(List.of("clang++", "--version")).isEmpty();
        if (!present) {
            System.out.println("skipped: no clang++ to check address spaces with: apt-get install clang");
        }
        assumeTrue(present, "no clang++");
        // Two forms that C++ has no word for: a constant filled in by the pipeline, threadgroup memory in a kernel.
        String plain = source.replaceAll("(?m)^constant (uint \\w+) \\[\\[function_constant", "extern constant $1 [[fc")
                .replaceAll("(?m)^( +)threadgroup (\\w+ \\w+\\[)", "$1static threadgroup $2");
        Path file = Files.writeString(folder.resolve("all.cpp"), plain);
        return SoftMetal.run(List.of("clang++", "--target=aarch64-linux-gnu", "-std=c++17", "-fsyntax-only",
                "-nostdinc", "-ferror-limit=20", "-Wall", "-Werror", "-Wno-unknown-attributes", "-Wno-unused-function",
                "-Wno-unneeded-internal-declaration", "-Wno-undefined-internal", "-Wno-undefined-inline",
                "-Wno-unused-const-variable", "-I", SHIM.toString(), file.toString()));
    }

    @Test
    void addressSpacesAreRight() throws IOException {
        assertThat(compile(KernelLibrary.source())).isEmpty();
    }

    @Test
    void aMixedUpAddressSpaceIsFound() throws IOException {
        String mixed = KernelLibrary.source() + """
                kernel void mixed(device const float* in [[buffer(0)]], device float* out [[buffer(1)]]) {
                    threadgroup float copy[4];
                    threadgroup float* pointer = copy;
                    pointer = out;
                }
                """;
        assertThat(compile(mixed)).contains("assigning");
        assertThat(compile(KernelLibrary.source() + """
                kernel void writes(device const float* in [[buffer(0)]]) {
                    in[0] = 1.0f;
                }
                """)).contains("read-only variable");
    }

    @Test
    void everyFileIsCompiledAndNoneIsMissing() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".metal", "")))
                    .containsExactlyInAnyOrderElementsOf(KernelLibrary.FILES);
        }
    }

    @Test
    void theSourcesKeepTheLanguagesRules() {
        Map<String, String> sources = new LinkedHashMap<>();
        KernelLibrary.FILES.forEach(file -> sources.put(file, KernelLibrary.text(file)));
        assertThat(MslLint.check(sources)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            inline float f(half x, device const half* y) {} | half parameter of f: use float
            '    simdgroup_float8x8 s[2][4];' | an array of simdgroup matrices has more than one dimension
            inline void g(thread simdgroup_float8x8 (&m)[4]) {} | arrays of simdgroup matrices as parameters of g
            inline void h(float* x) {} | a pointer without an address space: float* x
            'void k(device uint* x) { float y = ((half*) x)[0]; }' | a pointer without an address space: half*)
            'inline void l(thread float* x) { double y = x[0]; }' | double
            'kernel void m(device atomic_ulong* x) {}' | 64-bit atomics
            'inline void n(thread bfloat* x) {}' | bfloat
            'inline void o(thread float* x) { static uint calls = 0; }' | static variables
            '#include <cmath>' | a header other than metal_stdlib
            'inline float p(uint n) { return n == 0 ? 1.0f : p(n - 1); }' | p calls itself
            float table[4]; | a variable of the program that is not constant: float table[4];
            'inline float rotate(float x) { return x; }' | rotate is a function of the language
            'inline float q(float object) { return object; }' | the language's own word as a name: object
            """)
    void theLintFindsWhatItLooksFor(String source, String message) {
        assertThat(MslLint.check(Map.of("A", source + "\n"))).containsExactly("A: " + message);
    }

    @Test
    void theLintFindsWhatTakesSeveralLines() {
        assertThat(MslLint.check(Map.of("A", "inline void f(uint i) {\n    threadgroup float tile[4];\n}\n")))
                .containsExactly("A: threadgroup memory declared in f, which is no kernel");
        Map<String, String> twice = new LinkedHashMap<>();
        twice.put("A", "inline float f(float x) {\n    return x;\n}\nstruct S {\n};\n");
        twice.put("B", "inline float f(float x) {\n    return x;\n}\nstruct S {\n};\n");
        assertThat(MslLint.check(twice)).containsExactly("B: f is defined in A too", "B: S is defined in A too");
        Map<String, String> round = new LinkedHashMap<>();
        round.put("A", "inline float f(float x) {\n    return g(x);\n}\n");
        round.put("B", "inline float g(float x) {\n    return f(x);\n}\n");
        assertThat(MslLint.check(round)).containsExactlyInAnyOrder("A: f calls itself", "B: g calls itself");
    }

    @Test
    void functionConstantsAreJavas() {
        Matcher constants = Pattern.compile("constant uint (\\w+) \\[\\[function_constant\\((\\d+)\\)\\]\\];")
                .matcher(KernelLibrary.source());
        Map<String, Integer> inMetal = new LinkedHashMap<>();
        while (constants.find()) {
            inMetal.put(constants.group(1), Integer.valueOf(constants.group(2)));
        }
        Map<String, Integer> inJava = new LinkedHashMap<>();
        for (FunctionConstant constant : FunctionConstant.values()) {
            inJava.put(constant.name(), constant.index());
        }
        assertThat(inMetal).isEqualTo(inJava);
    }

    /// The structs are made of 4-byte fields alone, so equal names and types in equal order are equal layouts; that a
    /// kernel was handed exactly the struct's size is checked by the soft Metal at each dispatch.
    @Test
    void argumentsLieInJavaAsInMetal() {
        Pattern struct = Pattern.compile("struct (\\w+Arguments) \\{([^}]*)\\}");
        Set<String> inMetal = new TreeSet<>();
        Matcher structs = struct.matcher(KernelLibrary.source());
        while (structs.find()) {
            String fields = structs.group(2).replaceAll("//[^\\n]*", "").strip().replaceAll("\\s*;\\s*", ";");
            inMetal.add(structs.group(1) + ":" + fields);
        }
        Set<String> inJava = new TreeSet<>();
        for (ArgumentLayout layout : ArgumentLayout.values()) {
            if (layout != ArgumentLayout.COUNT) {
                inJava.add(layout.struct() + ":" + String.join(";", layout.fields()) + ";");
            }
        }
        assertThat(inJava).isEqualTo(inMetal);
        assertThat(ArgumentLayout.values()).allSatisfy(layout -> assertThat(layout.fields())
                .allMatch(field -> field.matches("(uint|float) \\w+")));
    }
}
