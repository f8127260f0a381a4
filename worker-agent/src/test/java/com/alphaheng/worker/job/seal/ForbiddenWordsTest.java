package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// However a call is written it is seen, and what is only said is not.
@SuppressWarnings("checkstyle:regexp")
class ForbiddenWordsTest {
    private static final SealPolicy POLICY = SealPolicy.parse("{\"forbidden\": [\"@java\", \"@c\"]}");

    @ParameterizedTest
    @ValueSource(strings = {"System.nanoTime();", "System\n    .exit(0);", "System/* a */./* b */exit(0);",
        "import static java.lang.System.*;", "System s = null;", "java.lang . System.exit(0);", "\\u0053ystem.exit(0);",
        "String s = \"/*\"; System.exit(0); String t = \"*/\";", "// a \\u000a System.exit(0);",
        "new Throwable().getStackTrace()", "StackWalker.getInstance()", "new java.util.Date()", "Instant.now()",
        "Linker.nativeLinker()", "static native int f();", "Float.class.getClassLoader()", "java.io.File f;",
        "import java.lang.reflect.Method;", "ServiceLoader.load(null);", "Thread t; t.setDaemon(true);",
        "// a \\u000d System.exit(0);",
        "String s = \"\"\"\n  \\\"\"\" /* \"\"\"; System.exit(0); /* */",
        "java.text.DateFormat.getInstance().getCalendar();", "boolean b = Boolean.getBoolean(name);",
        "import static java.lang.Integer.*;", "IntSupplier s = Integer::getInteger;",
        "Thread.currentThread().getName();",
        "Thread.class.getMethod(name).invoke(null);", "pool.schedule(a, 1, unit).getDelay(unit);",
        "new ScheduledThreadPoolExecutor(1);", "condition.awaitNanos(5);", "java.lang.constant.ClassDesc.of(name);",
        "import java.beans.Introspector;", "jdk.jfr.Recording r;", "loader.getContextClassLoader();"})
    void inJava(String text) {
        assertThat(verdict("A.java", text)).startsWith("forbidden-call");
    }

    @ParameterizedTest
    @ValueSource(strings = {"quick_exit(0);", "_Exit(0);", "void (*f)(int) = exit;", "ex\\\nit(0);",
        "#include <stdio.h>",
        "#include HEADER", "# include \"/usr/include/unistd.h\"", "#define CALL(a, b) a##b", "%:include <time.h>",
        "__attribute__((section(\".init_array\"))) void *p;", "__attribute__((constructor)) void f(void) {",
        "__asm__(\"rdtsc\");", "__builtin_ia32_rdtsc();", "_rdtsc();", "__builtin_return_address(0);", "syscall(60);",
        "extern char **environ;", "pthread_create(&t, 0, f, 0);", "int fd = open(\"x\", 0);", "clock_gettime(0, &t);",
        "time_t t = time(0);", "#include_next <time.h>",
        "#embed \"/etc/passwd\"", "#pragma redefine_extname finish exit",
        "#pragma weak finish = exit", "_Pragma(\"weak finish = exit\")", "extern char **__environ;",
        "typedef void F(int); extern F exit;",

        "const char *s = R\"(\"/*)\"; exit(0); //*/", "int a = 1'0; char c[] = \"'/*\"; exit(0); char d = '/'; //*/",
        "char c[] = \"??/\" /*\"; exit(0); //*/", "printf(text);", "dprintf(1, text);", "fputs(text, stdout);",
        "getauxval(31);", "char *n = program_invocation_name;", "__open(path, 0);", "open64(path, 0);",
        "fopen64(a, b);",
        "__clock_gettime(0, &t);"})
    void inC(String text) {
        assertThat(verdict("a.c", text)).startsWith("forbidden-call");
    }

    @ParameterizedTest
    @ValueSource(strings = {"System.arraycopy(a, 0, b, 0, n);",
        "int a; // System.exit(0) would end it", "/* Runtime */ int a;",
        "String nativeOrder = \"a\";", "int systems = 2; long milliseconds;", "processor.run();", "Math.fma(a, b, c);",
        "import java.util.concurrent.atomic.AtomicLong;", "MethodHandle m = handle.bindTo(a);", "float timeStep;",
        "import jdk.incubator.vector.FloatVector;", "String s = \"\"\"\n  \\\"\"\" /* \"\"\".strip(); // System",
        "import java.util.stream.IntStream;", "import java.util.concurrent.locks.LockSupport;",
        "import java.math.BigInteger;",
        "import java.nio.ByteOrder;", "import static java.lang.Math.fma;", "import java.lang.foreign.MemorySegment;",
        "long bits = buffer.getLong(0);", "char quote = '\"'; // System", "LockSupport.parkNanos(1000);",
        "import static java.lang.Integer.numberOfLeadingZeros;", "if (other.getClass() != getClass()) {"})
    void honestJava(String text) {
        assertThat(verdict("A.java", text)).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"#include <math.h>", "#include <immintrin.h>", "#include \"marlin.h\"", "int reads = 0;",
        "int a; // takes the time (in ms) of a clock()", "static float exponent(float x) {", "#define TILE 32",
        "float system_size = 1;", "const char *section = \"a\";", "#include <metal_stdlib>",
        "size_t clocked(int a);", "#pragma GCC unroll 4", "#pragma once", "#pragma clang loop unroll(full)",
        "_Pragma(\"GCC ivdep\")",
        "extern \"C\" {", "int n = 1'000'000; // exit(0)", "#pragma STDC FP_CONTRACT ON",
        "case'a': return'\"'; // exit(0)",
        "float imprint = 2;", "#pragma omp simd reduction(+:sum)"})
    void honestC(String text) {
        assertThat(verdict("a.c", text)).isEqualTo("none");
    }

    @Test
    void onlyFilesOfTheirLanguageAreMeantAndOnlyWhatWasAdded() {
        assertThat(verdict("a.c", "int System = 1;")).isEqualTo("none");
        assertThat(verdict("a.txt", "System.exit(0)")).isEqualTo("none");
        String content = "int a;\nlong t = System.nanoTime();\nint b;\n";
        assertThat(check("A.java", content, 3)).isEqualTo("none");
        assertThat(check("A.java", content, 2)).contains("A.java:2 has `long t = System.nanoTime();`");
        assertThat(check("A.java", "int t = System\n    .hashCode();\n", 2)).as("made of an old and a new line")
                .startsWith("forbidden-call");
        assertThatThrownBy(() -> SealPolicy.parse("{\"forbidden\": [\"@rust\"]}"))
                .hasMessageContaining("'forbidden' names @rust, there is @c and @java");
    }

    @Test
    void definitionsAndLinesThatBeginWithAnOperatorAreCode() {
        assertThat(check("a.c", "#define TILE 32\n", 1)).isEqualTo("none");
        assertThat(check("A.java", "int a = b\n    * c;\n", 2)).isEqualTo("none");
        assertThat(check("A.java", "/**\n * c;\n */\n", 2)).startsWith("no-change");
        assertThat(check("run.sh", "# only said\n", 1)).startsWith("no-change");
    }

    @Test
    void marksThatNobodySeesAndPathsThatAreOneOnADiskAreSeen() {
        assertThat(verdict("A.java", "int a; /* \u202e */")).startsWith("odd-file");
        SealPolicy guarded = SealPolicy.parse("{\"protected\": [\"src/test/**\", \"caf\u00e9.txt\"]}");
        for (String path : List.of("src/te\u017ft/A.java", "SRC/Test/A.java", "src/te\u200bst/A.java",
                "cafe\u0301.txt")) {
            assertThat(ChangeRules.check(List.of(file(path, "x", 1)), guarded, List.of(), _ -> "x").map(
                    Rejection::describe).orElse("none")).as(path).startsWith("protected-path");
        }
    }

    private static String verdict(String path, String text) {
        return check(path, text, text.split("\n").length);
    }

    private static String check(String path, String content, int added) {
        return ChangeRules.check(List.of(file(path, content, added)), POLICY, List.of(), _ -> content)
                .map(Rejection::describe).orElse("none");
    }

    private static ChangedFile file(String path, String content, int... numbers) {
        List<AddedLine> lines = new ArrayList<>();
        for (int number : numbers) {
            lines.add(new AddedLine(number, content.split("\n")[number - 1]));
        }
        return new ChangedFile(path, "100644", "100644", false, lines);
    }
}
