package com.alphaheng.worker.job.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.protocol.AttemptResult.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsDocumentTest {
    @Test
    void unitAndSamplesMayBeLeftOut() throws Exception {
        assertThat(MetricsDocument.parse("{\"metrics\": [{\"name\": \"a\", \"value\": 2}]}\n"))
                .containsExactly(new Metric("a", 2, "", List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"metrics": []} {"metrics": []}                                     | holds no JSON
            {"metrics": [], "metrics": []}                                      | holds no JSON
            {"metrics": [{"name": "a", "value": 1}, {"name": "a", "value": 9}]} | metric 'a' is in $HENG_METRICS twice
            {"metrics": [{"name": "a", "value": NaN}]}                          | holds no JSON
            {"metrics": [{"name": "a", "value": 1e999}]}                        | needs a name and a finite value
            {"metrics": [{"name": "a", "value": 1, "samples": ["x"]}]}          | a sample that is no finite number
            {"metrics": 1}                                                      | needs a list 'metrics'
            """)
    void whatCouldBeReadInTwoWaysIsRefused(String text, String message) {
        assertThatThrownBy(() -> MetricsDocument.parse(text)).isInstanceOf(MetricsDocument.BadMetrics.class)
                .hasMessageContaining(message);
    }
}
