package com.alphaheng.engine.cli;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Backends;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.alphaheng.engine.bench.BandwidthProbe;
import com.alphaheng.engine.bench.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What this machine has, which back ends run on it, and why others do not.
@Command(name = "doctor", mixinStandardHelpOptions = true,
    description = "Shows the hardware, the back ends available and why others are not, and the JVM's settings.")
final class DoctorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--no-bandwidth", description = "Leave out the memory bandwidth probe (about 2 seconds).")
    private boolean noBandwidth;

    @Option(names = "--metal", description = "Check the Metal back end on this Mac: compile every kernel, compare"
        + " with the CPU, measure, and write one report to share.")
    private boolean metal;

    @Option(names = "--thorough", description = "With --metal: whole reference results instead of a part, every KV"
        + " format and rung over more tokens. Minutes on a Mac.")
    private boolean thorough;

    @Option(names = "--report", paramLabel = "FILE", defaultValue = "marlin-metal-report.txt",
        description = "Where --metal writes its report (default: ${DEFAULT-VALUE}).")
    private Path reportFile;

    @Override
    public Integer call() throws IOException {
        if (metal) {
            return new MetalDoctor(specification.commandLine().getOut(), ModelOptions.shippedModel(), thorough)
                .run(reportFile) ? ExitCode.OK : ExitCode.FAILED;
        }
        ObjectNode report = new ObjectMapper().createObjectNode();
        report.set("machine", new ObjectMapper().valueToTree(Machine.probe()));
        if (!noBandwidth) {
            report.put("read_bandwidth_gb_per_second", BandwidthProbe.measure(0).readGigabytesPerSecond());
        }
        ArrayNode backends = report.putArray("backends");
        for (Backend backend : Backends.all()) {
            ObjectNode entry = backends.addObject().put("name", backend.name());
            switch (backend.probe()) {
                case Availability.Available(String device) -> entry.put("available", true).put("device", device);
                case Availability.Unavailable(String reason) -> entry.put("available", false).put("reason", reason);
            }
        }
        PrintWriter out = specification.commandLine().getOut();
        if (json) {
            out.println(report.toPrettyString());
        } else {
            print(report, out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private static void print(ObjectNode report, PrintWriter out) {
        report.get("machine").properties().forEach(entry ->
            out.printf("%-20s %s%n", entry.getKey(), entry.getValue().asText()));
        if (report.has("read_bandwidth_gb_per_second")) {
            out.printf(Locale.ROOT, "%-20s %.1f GB/s (sum over a large array, all cores)%n", "memoryBandwidth",
                report.get("read_bandwidth_gb_per_second").asDouble());
        }
        report.get("backends").forEach(backend -> out.printf("backend %-12s %s%n", backend.get("name").asText(),
            backend.get("available").asBoolean() ? "available: " + backend.get("device").asText()
                : "not available: " + backend.get("reason").asText()));
    }
}
