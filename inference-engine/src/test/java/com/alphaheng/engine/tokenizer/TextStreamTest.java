package com.alphaheng.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextStreamTest {

    private static final String MIXED = "naïve 日本語 😀👩‍👩‍👧‍👦 𝔘 \u0000\u07FF\u0800\uFFFF\uD800\uDC00 <|user|>";

    @Test
    void validTextComesOutUnchanged() {
        Utf8Stream stream = new Utf8Stream();
        int[] points = IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
            .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE).toArray();
        for (int point : points) {
            String character = Character.toString(point);
            assertThat(stream.push(character.getBytes(StandardCharsets.UTF_8)).equals(character)).isTrue();
        }
        assertThat(stream.finish()).isEmpty();
    }

    @Test
    void piecesOfBytesGiveWhatTheWholeGives() {
        Random random = new Random(7);
        byte[] valid = MIXED.getBytes(StandardCharsets.UTF_8);
        // Bytes at the borders of UTF-8's table, so that random sequences are often almost valid.
        int[] awkward = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED,
            0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = round % 2 == 0 ? mutated(valid, random) : new byte[random.nextInt(24)];
            for (int i = 0; round % 2 == 1 && i < bytes.length; i++) {
                bytes[i] = (byte) awkward[random.nextInt(awkward.length)];
            }
            Utf8Stream stream = new Utf8Stream();
            StringBuilder text = new StringBuilder();
            for (int at = 0; at < bytes.length;) {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(5));
                text.append(stream.push(Arrays.copyOfRange(bytes, at, end)));
                at = end;
            }
            text.append(stream.finish());
            Utf8Stream whole = new Utf8Stream();
            assertThat(text.toString()).as(Arrays.toString(bytes)).isEqualTo(whole.push(bytes) + whole.finish());
            // Java and the Unicode Standard agree except on how many U+FFFD a broken stretch gives.
            assertThat(text.toString().replaceAll("\uFFFD+", "\uFFFD"))
                .isEqualTo(new String(bytes, StandardCharsets.UTF_8).replaceAll("\uFFFD+", "\uFFFD"));
        }
    }

    @Test
    void eachMaximalPartOfABrokenSequenceGivesOneReplacement() {
        // Table 3-8 and 3-11 of the Unicode Standard 15.0.
        assertThat(decoded(0xC0, 0xAF, 0xE0, 0x80, 0xBF, 0xF0, 0x81, 0x82, 0x41)).isEqualTo("\uFFFD".repeat(8) + "A");
        assertThat(decoded(0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF, 0xED, 0xAF, 0x41)).isEqualTo("\uFFFD".repeat(8) + "A");
        assertThat(decoded(0xF4, 0x91, 0x92, 0x93, 0xFF, 0x41, 0x80, 0xBF, 0x42))
            .isEqualTo("\uFFFD".repeat(5) + "A" + "\uFFFD".repeat(2) + "B");
        assertThat(decoded(0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41)).isEqualTo("\uFFFD".repeat(4) + "A");
    }

    private static String decoded(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        Utf8Stream stream = new Utf8Stream();
        return stream.push(bytes) + stream.finish();
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        byte[] copy = bytes.clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt();
        }
        return copy;
    }

    @Test
    void aCharacterComesOnceItIsWholeAndNotLater() {
        Utf8Stream stream = new Utf8Stream();
        byte[] smile = "😀".getBytes(StandardCharsets.UTF_8);
        assertThat(stream.push(new byte[] {'a', smile[0]})).isEqualTo("a");
        assertThat(stream.push(new byte[] {smile[1], smile[2]})).isEmpty();
        assertThat(stream.push(new byte[] {smile[3], 'b'})).isEqualTo("😀b");
        assertThat(stream.push(new byte[] {smile[0], 'c'})).isEqualTo("\uFFFDc");
        assertThat(stream.push(new byte[] {smile[0], smile[1]})).isEmpty();
        assertThat(stream.finish()).isEqualTo("\uFFFD");
    }

    @Test
    void idsOfTheWholeVocabularyStreamToWhatTheyDecodeTo() {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerFixture.folder())) {
            Random random = new Random(11);
            int[] ids = random.ints(20_000, 0, tokenizer.size()).toArray();
            for (int id = 0; id < tokenizer.size(); id++) {
                ids[id] = id;
            }
            TextStream stream = new TextStream(tokenizer, true, List.of());
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(stream.push(id));
            }
            assertThat(text + stream.finish()).isEqualTo(tokenizer.decode(ids));
        }
    }

    @Test
    void stopStringsAcrossTokens() {
        StopStrings stops = new StopStrings(List.of("\n\n", "STOP"));
        assertThat(stops.push("abc\n")).isEqualTo("abc");
        assertThat(stops.push("d ST")).isEqualTo("\nd ");
        assertThat(stops.push("AR ")).isEqualTo("STAR ");
        assertThat(stops.push("S")).isEmpty();
        assertThat(stops.push("TOP and more")).isEmpty();
        assertThat(stops.found()).contains("STOP");
        assertThat(stops.push("more")).isEmpty();
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void whatWaitedForAStopComesAtTheEnd() {
        StopStrings stops = new StopStrings(List.of("</end>"));
        assertThat(stops.push("a</en")).isEqualTo("a");
        assertThat(stops.finish()).isEqualTo("</en");
        assertThat(stops.found()).isEmpty();
    }

    @Test
    void stopsDoNotDependOnWhereThePiecesBreak() {
        List<String> patterns = List.of("aab", "aaab", "ba", "bab", "cc", "c😀");
        Random random = new Random(5);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.append(random.nextInt(8) == 0 ? "😀" : String.valueOf((char) ('a' + random.nextInt(4))));
            }
            List<String> some = patterns.subList(random.nextInt(3), 3 + random.nextInt(4));
            StopStrings byCharacter = new StopStrings(some);
            StringBuilder expected = new StringBuilder();
            text.codePoints().forEach(point -> expected.append(byCharacter.push(Character.toString(point))));
            expected.append(byCharacter.finish());
            StopStrings byPieces = new StopStrings(some);
            StringBuilder actual = new StringBuilder();
            int[] points = text.codePoints().toArray();
            for (int at = 0; at < points.length;) {
                int count = Math.min(points.length - at, 1 + random.nextInt(6));
                actual.append(byPieces.push(new String(points, at, count)));
                at += count;
            }
            actual.append(byPieces.finish());
            assertThat(actual.toString()).as(text + " " + some).isEqualTo(expected.toString());
            assertThat(byPieces.found()).isEqualTo(byCharacter.found());
            assertThat(some).noneMatch(stop -> expected.indexOf(stop) >= 0);
            assertThat(text.toString()).startsWith(expected + byCharacter.found().orElse(""));
        }
    }

    @Test
    void anEmptyStopIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new StopStrings(List.of("")))
            .withMessageContaining("a stop string is empty");
    }
}
