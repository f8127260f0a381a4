package com.alphaheng.worker.job.seal;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Words that kernels have no business with, ready-made by language, so that not each repository needs to find out how
/// else a clock can be read: `"forbidden": ["@java", "@c"]`. They hold for files of their language only; regular
/// expressions of the repository's own hold for all.
final class ForbiddenWords {
    private static final List<String> JAVA = List.of(
            // Clocks, exits, properties: all of System but copying arrays, also by a static import or a variable.
            "\\bSystem\\b(?!\\s*\\.\\s*(arraycopy|identityHashCode)\\b)", "\\bRuntime\\b", "\\bProcess",
            "\\b(Date|Calendar|GregorianCalendar|Instant|Clock|Local(Date)?Time|ZonedDateTime|Timer|TimerTask)\\b",
            "setDaemon|setPriority|ThreadGroup|UncaughtException|\\bCleaner\\b|\\bShutdown",
            // Files, streams, sockets and what hides them.
            // Of packages only those of numbers, texts, collections, threads and memory.
            "\\bjava\\s*\\.\\s*(?!(lang|util|nio|math)\\b)\\w", "\\bjava\\s*\\.\\s*nio\\s*\\.\\s*(file|channels)\\b",
            "\\bjava\\s*\\.\\s*lang\\s*\\.\\s*(?!(foreign|invoke)\\b)[a-z]",
            "\\bjava\\s*\\.\\s*util\\s*\\.\\s*(?!(function|stream|concurrent)\\b)[a-z]",
            "\\bjava\\s*\\.\\s*util\\s*\\.\\s*(Scanner|ServiceLoader|ResourceBundle)\\b",
            "\\b(Files|Paths|FileSystems?|Scanner|ServiceLoader|ResourceBundle|getResource\\w*)\\b", "\\bjavax\\b",
            // Other classes than those it is linked with, and their private parts.
            "\\bUnsafe\\b", "\\b(Class|ClassLoader)\\b",
            "get\\w*ClassLoader|getDeclared|setAccessible|loadClass|forName|findClass|newInstance",
            "\\bget(Method|Field|Constructor)s?\\b|\\bget(Module|RecordComponents)\\b",
            "\\b(sun|jdk|com\\s*\\.\\s*sun)\\s*\\.\\s*(?!incubator\\s*\\.\\s*vector\\b)\\w+\\s*\\.",
            "\\bnative\\b(?!\\s*-)|nativeLinker|SymbolLookup|libraryLookup|loaderLookup",
            // Who calls, that is whether it is being measured or checked.
            "StackTrace|StackWalker|dumpStack|ThreadMXBean|ManagementFactory",
            "\\b(getName|threadId|getThreadGroup|activeCount)\\b",
            // What waits for a time tells the time, and numbers and booleans read properties.
            "\\b(getDelay|awaitNanos|orTimeout|completeOnTimeout|delayedExecutor)\\b|Scheduled|\\bDelay(ed|Queue)\\b",
            "\\b(Integer|Long|Boolean)\\s*(\\.|::)\\s*get(Integer|Long|Boolean)\\b|\\bget(Integer|Boolean)\\b",
            "\\bstatic\\s+java\\s*\\.\\s*lang\\s*\\.\\s*(Integer|Long|Boolean)\\s*\\.\\s*\\*");

    private static final List<String> C = List.of(
            // Only headers of numbers, vectors and memory, by their plain names; no assembler, no code before or after.
            "#\\s*(include|import)(?!\\s*(<(math|stdint|stddef|string|stdbool|float|limits|immintrin|x86intrin|"
            + "arm_neon|arm_sve|arm_fp16)\\.h>|<metal_\\w+>|\"\\w+\\.\\w+\"))",
            "##|%:|\\?\\?[=/'()!<>-]", "(?<!\\w)(u8|[LuU])?R\"", "\\bextern\\b(?!\\s*\"C\")",
            "#\\s*(embed|ident|line|pragma(?!\\s+(once|(no)?unroll|ivdep|omp\\s+simd|GCC\\s+(ivdep|unroll|diagnostic)|"
            + "clang\\s+(loop|diagnostic|fp)|STDC\\s+FP_CONTRACT)\\b))",
            "\\b_Pragma\\b(?!\\s*\\(\\s*\"(GCC\\s+(ivdep|unroll)|clang\\s+loop|omp\\s+simd|(no)?unroll)\\b)",
            "\\b(__)?(asm|constructor|destructor|ifunc|init_priority)(__)?\\b",
            "__attribute__\\s*\\(\\([^;{]*\\b(__)?(section|alias|cleanup|weak\\w*)(__)?\\b",
            "\\.(init|fini|preinit)_array|environ\\b|\\bgetauxval\\b|"
            + "\\bprogram_invocation\\w*|\\b__(progname|libc_)\\w*",
            "rdtsc|rdpmc|readcyclecounter|cntvct|return_address|frame_address|__builtin_(trap|apply|setjmp|longjmp)",
            "printf\\w*\\s*\\(|\\b_*(f?puts|f?putc|putchar|fwrite|perror)\\w*\\s*\\(|\\bstd(in|out|err)\\b",
            "\\b_*(f(re|d)?open|popen|opendir|creat|dlopen|dlsym|dl_iterate_phdr|(secure_)?getenv|setenv|putenv|mmap|"
            + "mprotect|posix_spawn\\w*|exec[lv]\\w*|"
            + "vfork|_exit|_Exit|quick_exit|at_quick_exit|atexit|on_exit|syscall|ptrace|"
            + "prctl|pthread_\\w+|thrd_\\w+|sched_\\w+|nanosleep|usleep|setitimer|timer_\\w+|getp?pid|sigaction|"
            + "(_?sig)?(set|long)jmp|clock_gettime|gettimeofday|getrusage|timespec_get|mach_\\w+_time|"
            + "backtrace\\w*)(64)?\\b",
            "\\b_*(open(at)?(64)?|p?read|p?write|system|fork|clone\\d?|dup\\d?|kill|raise|signal|abort|exit|alarm|"
            + "sleep|clock|f?time|times|socket|connect)\\s*\\(",
            "[=,(&]\\s*(system|fork|kill|raise|signal|abort|exit|clock|time|times)\\s*[;,)]");

    private record Vocabulary(Predicate<String> files, List<Pattern> words) {
        static Vocabulary of(Predicate<String> files, List<String> words) {
            return new Vocabulary(files, words.stream().map(Pattern::compile).toList());
        }
    }

    private static final Map<String, Vocabulary> BY_NAME = Map.of("@java", Vocabulary.of(PlainCode::isJava, JAVA),
            "@c", Vocabulary.of(PlainCode::isC, C));

    private ForbiddenWords() {
    }

    /// What a policy's entries mean for one file: regular expressions themselves, names their vocabulary's words.
    static List<Pattern> of(List<String> entries, String path) {
        return entries.stream().flatMap(entry -> !entry.startsWith("@") ? Stream.of(Pattern.compile(entry))
                : known(entry).files.test(path) ? known(entry).words.stream() : Stream.of()).toList();
    }

    /// @throws IllegalArgumentException if an entry is neither a regular expression nor a known name
    static void check(List<String> entries) {
        entries.forEach(entry -> of(List.of(entry), ""));
    }

    private static Vocabulary known(String name) {
        if (!BY_NAME.containsKey(name)) {
            throw new IllegalArgumentException("'forbidden' names " + name + ", there is "
                    + String.join(" and ", BY_NAME.keySet().stream().sorted().toList()));
        }
        return BY_NAME.get(name);
    }
}
