package com.alphaheng.engine.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds added tokens in a text: from left to right, the longest at each place, as Hugging Face's tokenizers does.
final class AddedTokenSplitter {

    /// A stretch of a text: an added token, or text between two when `token` is null.
    record Piece(int start, int end, AddedToken token) { }

    /// By first character, longest first.
    private final Map<Character, List<AddedToken>> byFirst = new HashMap<>();

    AddedTokenSplitter(List<AddedToken> tokens) {
        for (AddedToken token : tokens) {
            byFirst.computeIfAbsent(token.content().charAt(0), letter -> new ArrayList<>()).add(token);
        }
        Comparator<AddedToken> longestFirst = Comparator.comparingInt(token -> -token.content().length());
        byFirst.values().forEach(list -> list.sort(longestFirst));
    }

    List<Piece> split(String text) {
        List<Piece> pieces = new ArrayList<>();
        int textStart = 0;
        int at = 0;
        while (at < text.length()) {
            AddedToken token = at(text, at);
            if (token == null) {
                at++;
                continue;
            }
            int start = at;
            int end = at + token.content().length();
            while (token.leftStrip() && start > textStart && Character.isWhitespace(text.charAt(start - 1))) {
                start--;
            }
            while (token.rightStrip() && end < text.length() && Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            if (start > textStart) {
                pieces.add(new Piece(textStart, start, null));
            }
            pieces.add(new Piece(start, end, token));
            textStart = end;
            at = end;
        }
        if (textStart < text.length()) {
            pieces.add(new Piece(textStart, text.length(), null));
        }
        return pieces;
    }

    /// The added token spelled at `index`, or null.
    private AddedToken at(String text, int index) {
        for (AddedToken token : byFirst.getOrDefault(text.charAt(index), List.of())) {
            if (text.startsWith(token.content(), index)
                && (!token.singleWord() || isWord(text, index, index + token.content().length()))) {
                return token;
            }
        }
        return null;
    }

    private static boolean isWord(String text, int start, int end) {
        return (start == 0 || !Character.isLetterOrDigit(text.charAt(start - 1)))
            && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
    }
}
