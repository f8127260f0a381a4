package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.ExecutedBuild;
import com.alphaheng.worker.job.seal.RunningCode.LoadedFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is refused, by rule, on builds in memory: their hashes are their contents.
class ExecutionProofTest {
    private static final Path BASE = Path.of("/worker/base");
    private static final Path CANDIDATE = Path.of("/worker/candidate");
    private static final Path JAR = CANDIDATE.resolve("out/a.jar");

    private final Map<Path, String> disk = new HashMap<>();
    private final ExecutionProof proof = proof("out/**");

    private ExecutionProof proof(String... built) {
        SourceFiles files = new SourceFiles() {
            @Override
            public Optional<String> read(Path folder, String path) {
                return Optional.ofNullable(disk.get(folder.resolve(path)));
            }

            @Override
            public void write(Path folder, String path, String content) {
                disk.put(folder.resolve(path), content);
            }

            @Override
            public void remove(Path folder, String path) {
                disk.remove(folder.resolve(path));
            }

            @Override
        public Map<String, Set<String>> imports(Path folder, Predicate<String> wanted) {
            return Map.of();
        }

        @Override
            public Map<String, String> hashes(Path folder, Predicate<String> wanted) {
                Map<String, String> found = new TreeMap<>();
                disk.forEach((path, content) -> {
                    if (path.startsWith(folder) && wanted.test(folder.relativize(path).toString())) {
                        found.put(folder.relativize(path).toString(), content);
                    }
                });
                return found;
            }
        };
        RunningCode running = new RunningCode() {
            @Override
            public boolean sees() {
                return true;
            }

            @Override
            public List<Path> places() {
                return List.of(Path.of("/tmp"));
            }

            @Override
            public Look begin(String run) {
                return Set::of;
            }
        };
        return new ExecutionProof(new SealedVerification.Subject(new SealPolicy(List.of(), List.of(), List.of(),
                Optional.of("make"), List.of(), List.of(built), Optional.empty()), List.of(), List.of(),
                Optional.empty(), List.of(), "base", BASE, CANDIDATE), files, running);
    }

    @BeforeEach
    void build() {
        disk.put(BASE.resolve("out/a.jar"), "old");
        disk.put(BASE.resolve("out/library.jar"), "library");
        disk.put(JAR, "new");
        disk.put(CANDIDATE.resolve("out/library.jar"), "library");
        disk.put(CANDIDATE.resolve("source"), "text");
        proof.baseIsBuilt();
        assertThat(proof.isBuilt()).isEmpty();
        proof.baseRan(says("old", 100), Set.of(new LoadedFile(Path.of("/tmp/known.so"), "known")));
    }

    private static Optional<String> says(String hash, long sums) {
        return Optional.of("{\"metrics\": [], \"execution\": {\"loaded\": {\"a.jar\": \"" + hash
                + "\", \"library.jar\": \"library\"}, \"operations\": {\"sum\": " + sums + "}}}");
    }

    private static Set<LoadedFile> open(Object... pathsAndHashes) {
        return Set.of(new LoadedFile(Path.of(pathsAndHashes[0].toString()), pathsAndHashes[1].toString()));
    }

    private String ran(Optional<String> metrics, Set<LoadedFile> loaded) {
        return proof.candidateRan(metrics, loaded).map(Rejection::describe).orElse("accepted");
    }

    @Test
    void whatTheBaseUnpacksTheCandidateMayUnpackToo() {
        Path unpacked = CANDIDATE.resolve("native/library.so");
        assertThat(ran(says("new", 120), open(unpacked, "unpacked"))).contains("native/library.so");
        proof.baseRan(says("old", 100), open(BASE.resolve("native/library.so"), "unpacked"));
        assertThat(ran(says("new", 120), open(unpacked, "unpacked"))).isEqualTo("accepted");
        proof.baseRan(says("old", 100), open(BASE.resolve("out/a.jar"), "old"));
        assertThat(ran(says("new", 120), open(unpacked, "old"))).as("the base's build elsewhere").contains("old");
    }

    @Test
    void aHonestRunIsAcceptedAndReported() {
        assertThat(ran(says("new", 120), open(JAR, "new"))).isEqualTo("accepted");
        assertThat(proof.differs()).isEmpty();
        assertThat(proof.neverSeen()).isEmpty();
        assertThat(proof.report()).contains(new ExecutedBuild(Map.of("out/a.jar", "new"), Map.of("sum", 120L),
                Map.of("sum", 100L), true));
    }

    @Test
    void whatIsOpenMustBeBuiltHereOrKnownFromTheBase() {
        assertThat(ran(says("new", 100), open("/tmp/known.so", "known"))).isEqualTo("accepted");
        assertThat(ran(says("new", 100), open("/usr/lib/libc.so", "whatever"))).isEqualTo("accepted");
        assertThat(ran(says("new", 100), open("/tmp/other.jar", "other"))).isEqualTo("other-build: what ran is not "
                + "what was built and verified (a process had /tmp/other.jar open, other)");
        assertThat(ran(says("new", 100), open(BASE.resolve("out/a.jar"), "old"))).startsWith("other-build");
        assertThat(ran(says("new", 100), open(JAR, "swapped for a moment"))).startsWith("other-build");
        assertThat(ran(says("new", 100), open("/home/somebody/a.jar", "older"))).startsWith("other-build");
    }

    @Test
    void itsOwnWordMustFit() {
        assertThat(ran(says("forged", 100), Set.of())).contains("it says that it loaded a.jar, forged, which was not");
        assertThat(ran(Optional.empty(), Set.of())).contains("it does not say that it loaded out/a.jar");
        assertThat(ran(says("new", 0), Set.of())).startsWith("other-work").contains("(0 operations, the base 100)");
        assertThat(ran(says("new", 12), Set.of())).startsWith("other-work");
        assertThat(ran(says("new", 801), Set.of())).startsWith("other-work");
        assertThat(ran(says("new", 13), Set.of())).isEqualTo("accepted");
    }

    @Test
    void buildsStayAsTheyWereVerified() {
        disk.put(JAR, "swapped");
        assertThat(ran(says("new", 100), Set.of())).startsWith("swapped-build: ").contains("(out/a.jar: swapped instead"
                + " of new)");
        disk.put(JAR, "new");
        disk.put(BASE.resolve("out/a.jar"), "slow");
        assertThat(ran(says("new", 100), Set.of())).contains("the base's out/a.jar: slow instead of old");
        disk.remove(BASE.resolve("out/a.jar"));
        assertThat(ran(says("new", 100), Set.of())).contains("the base's out/a.jar: gone instead of old");
    }

    @Test
    void sabotageMustChangeTheBuildAndLeavesNothingBehind() {
        assertThat(proof.isBuiltOf("A.java, sum").orElseThrow().describe()).startsWith("not-built")
                .contains("sabotage of A.java, sum does not change it");
        disk.put(CANDIDATE.resolve("out/sabotaged.jar"), "fails");
        assertThat(proof.isBuiltOf("A.java, sum")).isEmpty();
        assertThat(proof.isBuiltAgain()).isEmpty();
        assertThat(disk).doesNotContainKey(CANDIDATE.resolve("out/sabotaged.jar")).containsKey(JAR);
    }

    @Test
    void theSameBytesMayBeRightButHaveNothingToMeasure() {
        disk.put(JAR, "old");
        assertThat(proof.isBuilt()).isEmpty();
        assertThat(ran(says("old", 100), open(JAR, "old"))).isEqualTo("accepted");
        assertThat(proof.differs().orElseThrow().describe()).startsWith("not-built").contains("byte for byte");
        disk.remove(JAR);
        disk.remove(CANDIDATE.resolve("out/library.jar"));
        assertThat(proof.isBuilt().orElseThrow().describe()).contains("no file matches [out/**]");
    }

    @Test
    void aLongRunInWhichNobodySawTheBuildIsRefused() {
        assertThat(ran(says("new", 100), open("/usr/lib/libc.so", "c"))).isEqualTo("accepted");
        assertThat(proof.neverSeen().orElseThrow().describe()).contains("no process had out/a.jar open");
    }

    @Test
    void whereNothingIsDeclaredNothingIsRefused() {
        ExecutionProof open = proof();
        assertThat(open.demanded()).isFalse();
        assertThat(open.isBuilt()).isEmpty();
        assertThat(open.candidateRan(Optional.empty(), open("/tmp/other.jar", "other"))).isEmpty();
        assertThat(open.neverSeen()).isEmpty();
        assertThat(open.report()).isEmpty();
    }
}
