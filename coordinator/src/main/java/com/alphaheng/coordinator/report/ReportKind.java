package com.alphaheng.coordinator.report;

import com.alphaheng.spec.Category;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/// The reports there are, by the name of their file without its ending.
public enum ReportKind {
    STATUS("status", StatusReport::of),
    FINAL_BENCHMARK("final_benchmark", BenchmarkReport::of),
    BASELINE("baseline", MeasurementReport::ofBaseline),
    DECODE_PROFILE("decode_profile", MeasurementReport::ofTimes),
    SYNC_ELIMINATION("sync_elimination", facts ->
            MeasurementReport.ofCategory(facts, "Sync elimination", Category.SYNC_ELIMINATION)),
    MTP("mtp", facts -> MeasurementReport.ofCategory(facts, "Multi-token prediction", Category.MTP)),
    MEMORY("memory", MeasurementReport::ofMemory);

    private final String fileName;
    private final Function<CampaignFacts, Document> writer;

    ReportKind(String fileName, Function<CampaignFacts, Document> writer) {
        this.fileName = fileName;
        this.writer = writer;
    }

    public String fileName() {
        return fileName;
    }

    public Document write(CampaignFacts facts) {
        return writer.apply(facts);
    }

    /// The kind whose file is called so, without ending.
    public static Optional<ReportKind> named(String fileName) {
        return Arrays.stream(values()).filter(kind -> kind.fileName.equals(fileName)).findFirst();
    }
}
