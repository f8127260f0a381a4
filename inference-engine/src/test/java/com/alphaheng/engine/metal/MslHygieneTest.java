package com.alphaheng.engine.metal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    void noKnownMiscompilation() {
        Map<String, String> sources = new LinkedHashMap<>();
        KernelLibrary.FILES.forEach(file -> sources.put(file, KernelLibrary.text(file)));
        assertThat(lint(sources)).isEmpty();
    }

    @Test
    void theLintFindsWhatItLooksFor() {
        assertThat(lint(Map.of("A", "inline float f(half x, device const half* y) {"))).singleElement().asString()
                .contains("A: half parameter of f");
        assertThat(lint(Map.of("A", "    simdgroup_float8x8 sums[2][4];"))).singleElement().asString()
                .contains("one dimension");
        assertThat(lint(Map.of("A", "inline void g(thread simdgroup_float8x8 (&m)[4]) {"))).singleElement().asString()
                .contains("simdgroup matrices as parameters");
        Map<String, String> twice = new LinkedHashMap<>();
        twice.put("A", "inline float f(float x) {\n    return x;\n}\nstruct S {\n");
        twice.put("B", "inline float f(float x) {\n    return x;\n}\nstruct S {\n");
        assertThat(lint(twice)).containsExactly("B: f is defined in A too", "B: S is defined in A too");
    }

    private static List<String> lint(Map<String, String> sources) {
        List<String> found = new ArrayList<>();
        Map<String, String> definedIn = new LinkedHashMap<>();
        Pattern function = Pattern.compile("(?:inline|kernel)\\s+[\\w:<> ]+?\\s(\\w+)\\(([^{]*)\\)\\s*\\{");
        Pattern type = Pattern.compile("struct (\\w+) \\{");
        sources.forEach((file, text) -> {
            Matcher functions = function.matcher(text);
            while (functions.find()) {
                define(functions.group(1), file, definedIn, found);
                boolean isKernel = functions.group().startsWith("kernel");
                for (String parameter : functions.group(2).split(",")) {
                    if (!isKernel && parameter.matches("(?s).*\\bhalf\\d?\\b[^*]*")) {
                        found.add(file + ": half parameter of " + functions.group(1) + ": use float");
                    }
                    if (!isKernel && parameter.contains("simdgroup_") && parameter.contains("[")) {
                        found.add(file + ": arrays of simdgroup matrices as parameters of " + functions.group(1));
                    }
                }
            }
            Matcher types = type.matcher(text);
            while (types.find()) {
                define(types.group(1), file, definedIn, found);
            }
            if (Pattern.compile("simdgroup_\\w+8x8\\s+\\w+\\[[^\\]]*\\]\\s*\\[").matcher(text).find()) {
                found.add(file + ": an array of simdgroup matrices has more than one dimension");
            }
        });
        return found;
    }

    private static void define(String name, String file, Map<String, String> definedIn, List<String> found) {
        String before = definedIn.putIfAbsent(name, file);
        if (before != null) {
            found.add(file + ": " + name + " is defined in " + before + " too");
        }
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
