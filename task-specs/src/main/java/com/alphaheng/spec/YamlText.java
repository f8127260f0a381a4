package com.alphaheng.spec;

import com.alphaheng.spec.LimitedEvents.LimitException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// From bytes to YAML nodes with their places: encoding, size and syntax. What the nodes mean is for others.
final class YamlText {
    private static final String BACKSLASH =
            "in double quotes a backslash begins an escape: write \\\\, or use single quotes";

    private final TaskFileLimits limits;
    private final Problems problems;

    YamlText(TaskFileLimits limits, Problems problems) {
        this.limits = limits;
        this.problems = problems;
    }

    /// The documents of the file. A file that cannot be read yields those before the mistake, which is reported.
    List<Node> documents(SourceFile file) {
        List<Node> documents = new ArrayList<>();
        if (file.content().length > limits.fileBytes()) {
            problems.error(file.name(), Optional.empty(), "file-too-large", "the file has " + file.content().length
                    + " bytes, more than " + limits.fileBytes(), "split it");
            return documents;
        }
        Optional<String> text = decode(file);
        if (text.isEmpty()) {
            return documents;
        }
        LoadSettings settings = LoadSettings.builder().setLabel(file.name()).setSchema(new CoreSchema())
                .setCodePointLimit(Integer.MAX_VALUE).setMaxAliasesForCollections(limits.aliases()).build();
        StreamReader reader = new StreamReader(settings, text.get());
        try {
            Composer composer = new Composer(settings, new LimitedEvents(new ParserImpl(settings, reader), limits));
            while (composer.hasNext()) {
                documents.add(composer.next());
            }
        } catch (LimitException e) {
            problems.error(file.name(), e.mark(), e.rule(), e.getMessage(), e.fix());
        } catch (MarkedYamlEngineException e) {
            reportSyntax(file.name(), e);
        } catch (ReaderException e) {
            SourceLocation place = place(file.name(), text.get(), e.getPosition());
            problems.error(place, "encoding", "the character U+" + "%04X".formatted(e.getCodePoint())
                    + " is not allowed in YAML", "remove it, or write it as an escape in double quotes");
        } catch (IllegalArgumentException e) {
            // The library reads the digits of an escape that the end of the file cuts off, and finds no number.
            problems.error(file.name(), reader.getMark(), "yaml-syntax", "an escape that names no character",
                    BACKSLASH);
        } catch (YamlEngineException e) {
            problems.error(file.name(), Optional.empty(), "yaml-syntax", firstLine(e.getMessage()),
                    "correct the YAML");
        }
        return documents;
    }

    private Optional<String> decode(SourceFile file) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(file.content());
        CharBuffer characters = CharBuffer.allocate(file.content().length + 1);
        CoderResult result = decoder.decode(bytes, characters, true);
        characters.flip();
        String text = characters.toString();
        if (result.isError()) {
            boolean utf16 = file.content().length > 1
                    && (file.content()[0] & 0xFF) + (file.content()[1] & 0xFF) == 0xFE + 0xFF;
            problems.error(place(file.name(), text, Integer.MAX_VALUE), "encoding", "the file is not UTF-8 text"
                    + (utf16 ? " but UTF-16" : " (byte 0x%02X)".formatted(bytes.get(bytes.position()))),
                    "save it as UTF-8");
            return Optional.empty();
        }
        return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    private static SourceLocation place(String file, String text, int codePoints) {
        int end = codePoints >= text.length() ? text.length()
                : text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        int line = 1 + (int) text.chars().limit(lineStart).filter(character -> character == '\n').count();
        return new SourceLocation(file, line, text.codePointCount(lineStart, end) + 1);
    }

    private void reportSyntax(String file, MarkedYamlEngineException e) {
        Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
        String problem = e.getProblem() == null ? firstLine(e.getMessage()) : firstLine(e.getProblem());
        if (problem.contains("(TAB)") || problem.contains("\\t")) {
            problems.error(file, mark, "yaml-syntax", "a tab where YAML wants spaces", "indent with spaces");
            return;
        }
        String context = e.getContext() == null || e.getContext().isBlank() ? "" : " " + firstLine(e.getContext());
        String since = e.getContextMark().filter(start -> mark.isPresent() && start.getLine() != mark.get().getLine())
                .map(start -> " that began in line " + (start.getLine() + 1)).orElse("");
        problems.error(file, mark, "yaml-syntax", problem + context + since, remedy(problem));
    }

    /// What is most often meant where YAML finds this problem.
    private static String remedy(String problem) {
        if (problem.startsWith("mapping values are not allowed")) {
            return "put a text with ': ' in it in quotes, or behind '|' in lines of its own; or check indentation";
        }
        if (problem.startsWith("expected escape sequence") || problem.startsWith("found unknown escape")) {
            return BACKSLASH;
        }
        return "check indentation, quotes and colons here and in the line above";
    }

    private static String firstLine(String message) {
        return message == null ? "not YAML" : message.strip().lines().findFirst().orElse("not YAML");
    }
}
