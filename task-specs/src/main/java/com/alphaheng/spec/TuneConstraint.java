package com.alphaheng.spec;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What configurations of a search must satisfy: products of parameters and whole numbers, compared.
///
/// @param text as written: `cpu.claim_kib * cpu.threads <= 512`
public record TuneConstraint(String text) {
    private static final String PRODUCT = "[A-Za-z0-9_.]{1,60}(?: \\* [A-Za-z0-9_.]{1,60}){0,9}";
    static final Pattern FORM = Pattern.compile("(" + PRODUCT + ") (<=|<|>=|>|==|!=) (" + PRODUCT + ")");

    /// Whether a configuration satisfies it. One whose values are no whole numbers does not.
    public boolean holds(Map<String, String> configuration) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new AssertionError("the parser let through: " + text);
        }
        Optional<BigInteger> left = product(form.group(1), configuration);
        Optional<BigInteger> right = product(form.group(3), configuration);
        if (left.isEmpty() || right.isEmpty()) {
            return false;
        }
        int order = left.get().compareTo(right.get());
        return switch (form.group(2)) {
            case "<=" -> order <= 0;
            case "<" -> order < 0;
            case ">=" -> order >= 0;
            case ">" -> order > 0;
            case "==" -> order == 0;
            default -> order != 0;
        };
    }

    private static Optional<BigInteger> product(String text, Map<String, String> configuration) {
        BigInteger product = BigInteger.ONE;
        for (String factor : text.split(" \\* ")) {
            String value = configuration.getOrDefault(factor, factor);
            if (!value.matches("\\d{1,9}")) {
                return Optional.empty();
            }
            product = product.multiply(new BigInteger(value));
        }
        return Optional.of(product);
    }
}
