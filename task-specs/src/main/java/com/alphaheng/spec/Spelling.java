package com.alphaheng.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// "Did you mean": the known word nearest to a misspelt one.
public final class Spelling {
    private static final int LONGEST_COMPARED = 60;

    private Spelling() {
    }

    /// The nearest of the known words, if it is near: one edit in three letters, case and -/_ not counted.
    public static Optional<String> nearest(String word, Collection<String> known) {
        String plain = plain(word);
        int allowed = Math.max(1, plain.length() / 3);
        return word.length() > LONGEST_COMPARED ? Optional.empty() : known.stream()
                .filter(candidate -> Math.abs(candidate.length() - plain.length()) <= allowed)
                .filter(candidate -> distance(plain, plain(candidate)) <= allowed)
                .min(Comparator.comparingInt(candidate -> distance(plain, plain(candidate))));
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /// Levenshtein's distance, with the swap of two neighbours counted as one edit.
    private static int distance(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int row = 0; row <= from.length(); row++) {
            for (int column = 0; column <= to.length(); column++) {
                if (row == 0 || column == 0) {
                    cost[row][column] = row + column;
                    continue;
                }
                int replace = cost[row - 1][column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                cost[row][column] = Math.min(replace, 1 + Math.min(cost[row - 1][column], cost[row][column - 1]));
                if (row > 1 && column > 1 && from.charAt(row - 1) == to.charAt(column - 2)
                        && from.charAt(row - 2) == to.charAt(column - 1)) {
                    cost[row][column] = Math.min(cost[row][column], cost[row - 2][column - 2] + 1);
                }
            }
        }
        return cost[from.length()][to.length()];
    }
}
