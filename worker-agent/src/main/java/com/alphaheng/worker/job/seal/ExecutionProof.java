package com.alphaheng.worker.job.seal;

import com.alphaheng.protocol.ExecutedBuild;
import com.alphaheng.worker.job.seal.RunningCode.LoadedFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Proves that what was built of a change is what answered and what was measured. The files that a build makes, which
/// `sealing.json` declares, are hashed from outside after the build, and before and after each run; in between the
/// operating system says what the processes have open, and they say themselves what they loaded and dispatched. The
/// base is the measure again: what its runs load from elsewhere the candidate's may load, too, and the candidate
/// dispatches as many operations, but for a factor.
///
/// Where nothing is declared nothing is proven, and nothing is refused.
public final class ExecutionProof {
    /// Fusing kernels and splitting them changes their number, but not beyond all measure.
    private static final double MOST_FACTOR = 8;

    private final List<String> globs;
    private final SourceFiles files;
    private final RunningCode running;
    private final Path baseFolder;
    private final Path folder;
    private final Set<String> changedPaths;
    private final Map<String, String> baseSources;
    private final Map<String, String> sources;
    private final Set<String> loadedByBase = new HashSet<>();
    private Map<String, String> baseBuilt = Map.of();
    private Map<String, String> built = Map.of();
    private Map<String, String> changed = Map.of();
    private ExecutedWork baseWork = ExecutedWork.NONE;
    private ExecutedWork work = ExecutedWork.NONE;
    private boolean seen;

    ExecutionProof(SealedVerification.Subject subject, SourceFiles files, RunningCode running) {
        this.globs = subject.policy().built();
        this.files = files;
        this.running = running;
        this.baseFolder = subject.base();
        this.folder = subject.candidate();
        this.changedPaths = subject.change().stream().map(ChangedFile::path).collect(Collectors.toUnmodifiableSet());
        this.baseSources = sourcesOf(baseFolder);
        this.sources = sourcesOf(folder);
    }

    /// Whether the files of the change, in base and candidate, are still as they were when this began.
    public Optional<Rejection> sourcesStay() {
        return sourcesOf(baseFolder).equals(baseSources) && sourcesOf(folder).equals(sources) ? Optional.empty()
                : Optional.of(new Rejection(SealRule.TAMPERED, "what was measured is not the change"));
    }

    private Map<String, String> sourcesOf(Path root) {
        return files.hashes(root, changedPaths::contains);
    }

    /// Whether there is anything to prove.
    public boolean demanded() {
        return !globs.isEmpty();
    }

    public RunningCode running() {
        return running;
    }

    void baseIsBuilt() {
        baseBuilt = hashes(baseFolder);
    }

    /// After the candidate's build.
    Optional<Rejection> isBuilt() {
        if (!demanded()) {
            return Optional.empty();
        }
        built = hashes(folder);
        changed = new TreeMap<>(built);
        changed.values().removeAll(Set.copyOf(baseBuilt.values()));
        return built.isEmpty() ? Optional.of(new Rejection(SealRule.NOT_BUILT, "no file matches " + globs))
                : Linkage.broken(imports(baseFolder), imports(folder));
    }

    /// After a build of sabotaged sources: had it made the same bytes, the build would not be of the sources.
    Optional<Rejection> isBuiltOf(String sabotaged) {
        return demanded() && hashes(folder).equals(built)
                ? Optional.of(new Rejection(SealRule.NOT_BUILT, "sabotage of " + sabotaged + " does not change it"))
                : Optional.empty();
    }

    /// Whether there is anything to measure: a change may compile to what was there before, but not gain by it.
    public Optional<Rejection> differs() {
        return demanded() && changed.isEmpty() ? Optional.of(new Rejection(SealRule.NOT_BUILT, "all " + built.size()
                + " built files are the base's, byte for byte")) : Optional.empty();
    }

    /// After a build of the same sources as at [#isBuilt]: files that other builds left are removed.
    Optional<Rejection> isBuiltAgain() {
        if (demanded()) {
            hashes(folder).keySet().stream().filter(path -> !built.containsKey(path))
                    .forEach(path -> files.remove(folder, path));
        }
        return untouched();
    }

    /// Whether both builds are still what was verified.
    public Optional<Rejection> untouched() {
        return demanded() ? difference("the base's ", baseBuilt, hashes(baseFolder))
                .or(() -> difference("", built, hashes(folder))) : Optional.empty();
    }

    private static Optional<Rejection> difference(String whose, Map<String, String> before, Map<String, String> now) {
        Set<String> paths = new HashSet<>(before.keySet());
        paths.addAll(now.keySet());
        return paths.stream().sorted().filter(path -> !now.getOrDefault(path, "").equals(before.get(path))).findFirst()
                .map(path -> new Rejection(SealRule.SWAPPED_BUILD, whose + path + ": "
                        + (now.containsKey(path) ? brief(now.get(path)) : "gone") + " instead of "
                        + (before.containsKey(path) ? brief(before.get(path)) : "nothing")));
    }

    /// A run of the base, which sets the measure.
    ///
    /// @param metrics what it wrote into `$HENG_METRICS`
    public void baseRan(Optional<String> metrics, Set<LoadedFile> loaded) {
        baseWork = ExecutedWork.parse(metrics);
        // Also from its own folder, where a library may have been unpacked; but not what was built of the base.
        loaded.stream().map(LoadedFile::sha256).filter(hash -> !baseBuilt.containsValue(hash))
                .forEach(loadedByBase::add);
    }

    /// A run of the candidate that did the same work as the base's last one.
    public Optional<Rejection> candidateRan(Optional<String> metrics, Set<LoadedFile> loaded) {
        if (!demanded()) {
            return Optional.empty();
        }
        work = ExecutedWork.parse(metrics);
        seen |= loaded.stream().anyMatch(file -> changed.containsValue(file.sha256()));
        return untouched().or(() -> foreign(loaded)).or(this::itsOwnWord).or(this::amountOfWork);
    }

    /// A run of the candidate that did more work than the base: the same, but for the amount.
    Optional<Rejection> candidateRanOn(Optional<String> metrics, Set<LoadedFile> loaded) {
        ExecutedWork compared = work;
        Optional<Rejection> broken = candidateRan(metrics, loaded);
        boolean more = broken.isPresent() && broken.get().rule() == SealRule.OTHER_WORK
                && work.total() > compared.total();
        work = compared;
        return more ? Optional.empty() : broken;
    }

    private Optional<Rejection> foreign(Set<LoadedFile> loaded) {
        return loaded.stream().filter(file -> isAccountedFor(file.path()) && !built.containsValue(file.sha256())
                && !loadedByBase.contains(file.sha256())).findFirst()
                .map(file -> new Rejection(SealRule.OTHER_BUILD, "a process had " + file.path() + " open, "
                        + brief(file.sha256())));
    }

    /// Elsewhere, such as among the system's libraries, code is not the candidate's to choose.
    private boolean isAccountedFor(Path path) {
        return path.startsWith(folder) || path.startsWith(baseFolder)
                || running.places().stream().anyMatch(path::startsWith)
                || built.keySet().stream().anyMatch(own -> Path.of(own).getFileName().equals(path.getFileName()));
    }

    private Optional<Rejection> itsOwnWord() {
        if (baseWork.loaded().isEmpty()) {
            return Optional.empty();
        }
        for (Map.Entry<String, String> file : work.loaded().entrySet()) {
            if (!built.containsValue(file.getValue())) {
                return Optional.of(new Rejection(SealRule.OTHER_BUILD, "it says that it loaded " + file.getKey() + ", "
                        + brief(file.getValue()) + ", which was not built here"));
            }
        }
        Map<String, String> telling = changed.isEmpty() ? built : changed;
        return work.loaded().values().stream().anyMatch(telling::containsValue) ? Optional.empty()
                : Optional.of(new Rejection(SealRule.OTHER_BUILD, "it does not say that it loaded "
                        + String.join(" or ", telling.keySet())));
    }

    private Optional<Rejection> amountOfWork() {
        long wanted = baseWork.total();
        long found = work.total();
        return wanted == 0 || found > 0 && found <= wanted * MOST_FACTOR && wanted <= found * MOST_FACTOR
                ? Optional.empty()
                : Optional.of(new Rejection(SealRule.OTHER_WORK, found + " operations, the base " + wanted));
    }

    /// For a program that must have been seen by now, since it ran long enough.
    public Optional<Rejection> neverSeen() {
        return !demanded() || !running.sees() || seen ? Optional.empty()
                : Optional.of(new Rejection(SealRule.OTHER_BUILD, "no process had " + String.join(" or ",
                        changed.keySet()) + " open"));
    }

    /// For the report; empty where nothing is declared.
    public Optional<ExecutedBuild> report() {
        return changed.isEmpty() ? Optional.empty()
                : Optional.of(new ExecutedBuild(changed, work.operations(), baseWork.operations(), seen));
    }

    private Map<String, Set<String>> imports(Path root) {
        return files.imports(root, path -> Glob.anyMatches(globs, path));
    }

    private Map<String, String> hashes(Path root) {
        return globs.isEmpty() ? Map.of() : new TreeMap<>(files.hashes(root, path -> Glob.anyMatches(globs, path)));
    }

    private static String brief(String hash) {
        return hash.length() == 64 ? "SHA-256 " + hash.substring(0, 12) : hash;
    }
}
