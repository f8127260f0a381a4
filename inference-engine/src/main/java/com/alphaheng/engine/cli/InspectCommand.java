package com.alphaheng.engine.cli;

import com.alphaheng.engine.format.Checkpoint;
import com.alphaheng.engine.format.ModelConfigReader;
import com.alphaheng.engine.format.SafetensorsFile;
import com.alphaheng.engine.format.TensorInfo;
import com.alphaheng.engine.format.WeightsLoader;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;
import com.alphaheng.engine.quantize.Mmfp4Folder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What is in a model folder. Also a check: a folder that cannot be loaded fails with the reason.
@Command(name = "inspect", mixinStandardHelpOptions = true,
    description = "Lists a model folder's tensors, shapes, types, quantization and bytes, after checking that it can be"
        + " loaded.")
final class InspectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "Model folder (default: the one that comes with it).")
    private Path directory;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--summary", description = "Leave out the list of tensors.")
    private boolean summary;

    @Option(names = "--verify",
        description = "Also hold the files against the hashes of a quantized folder: exit code 1 when one differs.")
    private boolean verify;

    @Override
    public Integer call() throws IOException {
        Path folder = directory != null ? directory : ModelOptions.shippedModel();
        ObjectNode report = new ObjectMapper().createObjectNode();
        ModelConfig config = ModelConfigReader.read(folder);
        report.put("folder", folder.toString());
        report.set("config", new ObjectMapper().valueToTree(config));
        try (Weights weights = WeightsLoader.load(folder)) {
            report.put("mtp", weights.mtp().isPresent());
        }
        JsonNode quantization = new ObjectMapper().readTree(folder.resolve("config.json").toFile())
            .path("quantization_config");
        if (quantization.isObject()) {
            report.set("quantization", quantization);
        }
        if (verify) {
            verify(folder, quantization.path("sha256"));
            report.put("verified", true);
        }
        Map<DType, Long> bytes = new TreeMap<>();
        ArrayNode tensors = report.putArray("tensors");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            for (SafetensorsFile file : checkpoint.files()) {
                for (TensorInfo tensor : file.tensors().values()) {
                    bytes.merge(tensor.dtype(), tensor.data().byteSize(), Long::sum);
                    ObjectNode entry = tensors.addObject().put("name", tensor.name())
                        .put("dtype", tensor.dtype().name()).put("bytes", tensor.data().byteSize())
                        .put("file", tensor.file().getFileName().toString());
                    tensor.shape().forEach(entry.withArray("shape")::add);
                }
            }
        }
        ObjectNode byType = report.putObject("bytes_by_dtype");
        bytes.forEach((dtype, count) -> byType.put(dtype.name(), count));
        report.put("bytes", bytes.values().stream().mapToLong(Long::longValue).sum());
        PrintWriter out = specification.commandLine().getOut();
        if (json) {
            out.println(report.toPrettyString());
        } else {
            print(report, out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private static void verify(Path folder, JsonNode hashes) throws IOException {
        if (hashes.isEmpty()) {
            throw new IllegalArgumentException(folder.resolve("config.json") + " states no hashes (quantize writes"
                + " them): leave --verify out");
        }
        for (Map.Entry<String, JsonNode> stated : hashes.properties()) {
            String found = Mmfp4Folder.hash(folder.resolve(stated.getKey()));
            if (!found.equals(stated.getValue().asText())) {
                throw new CheckFailedException(folder.resolve(stated.getKey()) + ": expected SHA-256 "
                    + stated.getValue().asText() + ", as config.json says, found " + found);
            }
        }
    }

    private void print(ObjectNode report, PrintWriter out) {
        if (!summary) {
            report.get("tensors").forEach(tensor -> out.printf("%-70s %-5s %-18s %14d  %s%n",
                tensor.get("name").asText(), tensor.get("dtype").asText(), tensor.get("shape"),
                tensor.get("bytes").asLong(), tensor.get("file").asText()));
        }
        report.get("config").properties().forEach(entry ->
            out.printf("%-20s %s%n", entry.getKey(), entry.getValue()));
        report.path("quantization").properties().forEach(entry ->
            out.printf("%-20s %s%n", entry.getKey(), entry.getValue()));
        report.get("bytes_by_dtype").properties().forEach(entry ->
            out.printf(Locale.ROOT, "%-20s %,d bytes%n", entry.getKey(), entry.getValue().asLong()));
        out.printf(Locale.ROOT, "%-20s %,d bytes in %d tensors, MTP layer %s%n", "all",
            report.get("bytes").asLong(), report.get("tensors").size(),
            report.get("mtp").asBoolean() ? "present" : "absent");
        if (verify) {
            out.println("every file is as its hash says");
        }
    }
}
