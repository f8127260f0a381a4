package com.alphaheng.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StaircaseTest {
    @Test
    void barsStandInTheOrderOfDependencies() {
        assertThat(Staircase.of(CampaignStory.unfinished())).extracting(Bar::stage)
                .containsExactly("baseline", "no syncs", "fusion");
    }

    @Test
    void aBarCarriesItsRatioItsIntervalAndBothSetsOfSamples() {
        Bar bar = Staircase.of(CampaignStory.unfinished()).get(1);
        assertThat(bar.value()).isEqualTo(120);
        assertThat(bar.baselineValue()).contains(61.0);
        assertThat(bar.ratio()).contains(120.0 / 61);
        assertThat(bar.ratioLow().orElseThrow()).isLessThan(bar.ratio().orElseThrow());
        assertThat(bar.ratioHigh().orElseThrow()).isGreaterThan(bar.ratio().orElseThrow());
        assertThat(bar.samples()).hasSize(7);
        assertThat(bar.baselineSamples()).hasSize(7);
    }

    @Test
    void aMeasurementThatWasNotAcceptedIsNoBar() {
        CampaignStory story = new CampaignStory();
        story.task("sync", Priority.P0, Category.SYNC_ELIMINATION, Optional.of("no syncs"));
        story.join();
        story.assign("sync", 1);
        story.fail("sync", 1, "no proven improvement");
        assertThat(Staircase.of(story.facts())).isEmpty();
    }

    @Test
    void aChangeThatWasTakenBackIsNoBarAndTheReportSaysSo() {
        CampaignStory story = new CampaignStory();
        story.task("fuse", Priority.P0, Category.MTP, Optional.of("fusion"));
        story.task("other", Priority.P0, Category.MTP, Optional.of("other"));
        story.join();
        story.assign("fuse", 1);
        story.succeed("fuse", 1, CampaignStory.compared(70, 50));
        story.assign("other", 1);
        story.succeed("other", 1, CampaignStory.compared(80, 72));
        story.revert("fuse");
        story.assign("revert fuse", 1);
        assertThat(Staircase.of(story.facts())).as("not yet taken back").hasSize(2);
        story.succeed("revert fuse", 1, List.of());
        assertThat(Staircase.of(story.facts())).extracting(Bar::task).isEqualTo(List.of("other"));
        assertThat(MarkdownRenderer.render(ReportKind.FINAL_BENCHMARK.write(story.facts())))
                .contains("Taken back: fuse, by commit");
    }

    @Test
    void theWaterfallAddsUpAndKeepsDriftApartFromGains() {
        CampaignStory story = new CampaignStory();
        story.task("fuse", Priority.P0, Category.MTP, Optional.of("fusion"));
        story.task("other", Priority.P0, Category.MTP, Optional.of("other"));
        story.join();
        story.assign("fuse", 1);
        story.succeed("fuse", 1, CampaignStory.compared(70, 50));
        story.assign("other", 1);
        story.succeed("other", 1, CampaignStory.compared(80, 67));
        Waterfall waterfall = Waterfall.of(Staircase.of(story.facts())).orElseThrow();
        assertThat(waterfall.start()).isEqualTo(50);
        assertThat(waterfall.end()).isEqualTo(80);
        assertThat(waterfall.steps()).extracting(Waterfall.Step::change).containsExactly(20.0, -3.0, 13.0);
        assertThat(waterfall.start() + waterfall.gained() + waterfall.drift()).isEqualTo(waterfall.end());
        assertThat(MarkdownRenderer.render(ReportKind.FINAL_BENCHMARK.write(story.facts())))
                .contains("It adds up", "between the sessions");
        assertThat(Waterfall.of(List.of())).isEmpty();
    }

    @Test
    void theTrialsOfASearchAreListed() {
        CampaignStory story = new CampaignStory();
        story.search("tiles");
        story.join();
        story.assign("tiles", 1);
        story.succeed("tiles", 1, List.of(new Metric("trial 1 (tile=8)", 40, "speed", List.of()),
                new Metric("trial 2 (tile=16)", 55, "speed", List.of()),
                new Metric("best trial (tile=16)", 55, "speed", List.of()), new Metric("trials", 2, "", List.of())));
        assertThat(MarkdownRenderer.render(ReportKind.FINAL_BENCHMARK.write(story.facts())))
                .contains("## Search tiles", "| trial 1 (tile=8) | 40.0 | speed |", "| best trial (tile=16) | 55.0 |");
    }

    @Test
    void ofTwoTasksOfOneStageTheLastToFinishCounts() {
        CampaignStory story = new CampaignStory();
        story.task("first", Priority.P0, Category.MTP, Optional.of("MTP"));
        story.task("second", Priority.P0, Category.MTP, Optional.of("MTP"));
        story.join();
        story.assign("second", 1);
        story.succeed("second", 1, CampaignStory.compared(70, 50));
        story.assign("first", 1);
        story.succeed("first", 1, CampaignStory.compared(60, 50));
        assertThat(Staircase.of(story.facts())).extracting(Bar::task).isEqualTo(List.of("first"));
    }
}
