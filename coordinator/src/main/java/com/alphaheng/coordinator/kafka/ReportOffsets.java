package com.alphaheng.coordinator.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/// How far the reports were read, as text in a record's header: `0=17,3=4`.
final class ReportOffsets {
    static final String HEADER = "report-offsets";

    private ReportOffsets() {
    }

    static byte[] encode(Map<Integer, Long> offsets) {
        return new TreeMap<>(offsets).entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(",")).getBytes(US_ASCII);
    }

    static Optional<Map<Integer, Long>> of(Headers headers) {
        Header header = headers.lastHeader(HEADER);
        if (header == null) {
            return Optional.empty();
        }
        Map<Integer, Long> offsets = new TreeMap<>();
        for (String pair : new String(header.value(), US_ASCII).split(",")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                offsets.put(Integer.valueOf(pair.substring(0, equals)), Long.valueOf(pair.substring(equals + 1)));
            }
        }
        return Optional.of(offsets);
    }
}
