import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs this engine and llama.cpp (its prebuilt library under node-llama-cpp, driven by the peer's bench.mjs) in turns,
/// each in a process of its own, and writes every figure as CSV. In each process the first round warms caches and
/// compilers up; the others count. Started by compare-llama.sh, which knows the class path.
public final class CompareLlama {

    private static final Pattern LOAD = Pattern.compile("load ms (\\d+)");
    private static final Pattern ROUND = Pattern.compile("prompt \\d+ tok: ([\\d.]+) tok/s; decode \\d+ tok: ([\\d.]+)");

    private final Map<String, String> options;
    private final String java;
    private final String runner;
    private final List<String> lines = new ArrayList<>(List.of("round,order,engine,metric,value"));
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    private CompareLlama(String java, String runner, Map<String, String> options) {
        this.java = java;
        this.runner = runner;
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new LinkedHashMap<>(Map.of("--prompt", "512", "--tokens", "48", "--threads",
            "2", "--rounds", "3", "--passes", "3", "--precision", "exact"));
        for (int i = 2; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        for (String required : List.of("--peer", "--gguf", "--model", "--csv")) {
            if (!options.containsKey(required)) {
                System.err.println("usage: compare-llama.sh --peer FOLDER --gguf FILE --model FOLDER --csv FILE"
                    + " [--rounds 3] [--passes 3] [--prompt 512] [--tokens 48] [--threads 2] [--precision exact]");
                System.exit(2);
            }
        }
        new CompareLlama(arguments[0], arguments[1], options).compare();
    }

    private void compare() throws Exception {
        List<String> ours = List.of(java, "-Xms64m", "-Xmx2g", "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector", "-cp",
            System.getenv("ENGINE_CLASSPATH"), runner, absolute("--model"), options.get("--tokens"),
            options.get("--prompt"), options.get("--threads"), options.get("--passes"), options.get("--precision"));
        List<String> theirs = List.of("node", "bench.mjs", absolute("--gguf"), "cpu", options.get("--tokens"),
            options.get("--prompt"), options.get("--threads"));
        for (int round = 1; round <= Integer.parseInt(options.get("--rounds")); round++) {
            boolean oursFirst = round % 2 == 0;
            run(round, 1, oursFirst ? "marlin" : "llama.cpp", oursFirst ? ours : theirs);
            run(round, 2, oursFirst ? "llama.cpp" : "marlin", oursFirst ? theirs : ours);
        }
        summarize();
    }

    private String absolute(String option) {
        return Path.of(options.get(option)).toAbsolutePath().toString();
    }

    private void run(int round, int order, String engine, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of(options.get("--peer")).toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("R", options.get("--passes"));
        Process process = builder.start();
        long[] peak = new long[1];
        Thread memory = Thread.ofPlatform().daemon().start(() -> watch(process, peak));
        int pass = 0;
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                Matcher load = LOAD.matcher(line);
                Matcher figures = ROUND.matcher(line);
                if (load.find()) {
                    record(round, order, engine, "load_ms", Double.parseDouble(load.group(1)));
                } else if (figures.find() && pass++ > 0) {
                    record(round, order, engine, "prefill_tokens_per_second", Double.parseDouble(figures.group(1)));
                    record(round, order, engine, "decode_tokens_per_second", Double.parseDouble(figures.group(2)));
                }
            }
        }
        if (process.waitFor() != 0 || pass == 0) {
            throw new IOException(engine + " failed with exit code " + process.exitValue() + ": "
                + String.join(" ", command));
        }
        memory.join();
        record(round, order, engine, "peak_resident_gb", peak[0] * 1024 / 1e9);
        // After every process, so that a run that is broken off leaves what it measured.
        Files.write(Path.of(options.get("--csv")), lines);
    }

    /// The largest resident set, mapped files included, in kB.
    private static void watch(Process process, long[] peak) {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        while (process.isAlive()) {
            try {
                for (String line : Files.readAllLines(status)) {
                    if (line.startsWith("VmHWM:")) {
                        peak[0] = Math.max(peak[0], Long.parseLong(line.replaceAll("\\D", "")));
                    }
                }
                Thread.sleep(200);
            } catch (IOException e) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void record(int round, int order, String engine, String metric, double value) {
        lines.add(String.format(Locale.ROOT, "%d,%d,%s,%s,%.6g", round, order, engine, metric, value));
        samples.computeIfAbsent(engine + " " + metric, key -> new ArrayList<>()).add(value);
        System.out.println(lines.getLast());
    }

    private void summarize() {
        for (String metric : List.of("decode_tokens_per_second", "prefill_tokens_per_second", "load_ms",
                "peak_resident_gb")) {
            double ours = median(samples.get("marlin " + metric));
            double theirs = median(samples.get("llama.cpp " + metric));
            System.out.printf(Locale.ROOT, "%s: marlin %.4g, llama.cpp %.4g, ratio %.3f%n", metric, ours, theirs,
                ours / theirs);
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
