package com.alphaheng.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One parameter of a search and the values it may take.
///
/// @param values in the order written; at least one
public record TuneParameter(String name, List<String> values) {
    /// `cpu.spins = 0, 1000, 4000` (choices) or `cpu.claim_kib = 16..256 step 16` (whole numbers); `times 2`
    /// multiplies.
    static final Pattern FORM = Pattern.compile("([A-Za-z][A-Za-z0-9_.]{0,60}) = (?:(\\d{1,9})\\.\\.(\\d{1,9})"
            + "(?: (step|times) ([1-9]\\d{0,8}))?|([A-Za-z0-9_.+-]{1,40}(?:, [A-Za-z0-9_.+-]{1,40}){0,99}))");

    private static final int MOST_VALUES = 10_000;

    public TuneParameter {
        values = List.copyOf(values);
    }

    /// Empty if the text has not this form, or stands for no value or more than 10,000.
    static Optional<TuneParameter> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        if (form.group(6) != null) {
            return Optional.of(new TuneParameter(form.group(1), List.of(form.group(6).split(", "))));
        }
        boolean times = "times".equals(form.group(4));
        long by = form.group(5) == null ? 1 : Long.parseLong(form.group(5));
        long last = Long.parseLong(form.group(3));
        List<String> values = new ArrayList<>();
        for (long value = Long.parseLong(form.group(2)); value <= last; value = times ? value * by : value + by) {
            values.add(Long.toString(value));
            boolean stands = times && (by == 1 || value == 0);
            if (stands || values.size() > MOST_VALUES) {
                return Optional.empty();
            }
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new TuneParameter(form.group(1), values));
    }
}
