package com.alphaheng.spec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Typed access to one YAML mapping with known keys. What does not fit is reported where it stands, and read as absent;
/// so is an explicit null.
final class MappingReader {
    private static final String WRONG_TYPE = "wrong-type";

    private final MappingNode mapping;
    private final String file;
    private final Problems problems;
    private final Map<String, NodeTuple> entries = new LinkedHashMap<>();

    private MappingReader(MappingNode mapping, String file, Problems problems) {
        this.mapping = mapping;
        this.file = file;
        this.problems = problems;
    }

    /// A text in the file, with its place.
    record Text(String value, Node node) {
    }

    /// Reads the keys, and reports those that are unknown or there twice.
    ///
    /// @param what how messages call the mapping: "a task", "benchmark"
    static Optional<MappingReader> of(Node node, String file, String what, List<String> keys, Problems problems) {
        if (!(node instanceof MappingNode mapping) || !node.getTag().equals(Tag.MAP)) {
            problems.error(file, node, WRONG_TYPE, what + " must be a mapping, not " + describe(node),
                    "write 'key: value' lines with the keys " + String.join(", ", keys));
            return Optional.empty();
        }
        MappingReader reader = new MappingReader(mapping, file, problems);
        for (NodeTuple entry : mapping.getValue()) {
            reader.enter(entry, what, keys);
        }
        return Optional.of(reader);
    }

    private void enter(NodeTuple entry, String what, List<String> keys) {
        Node key = entry.getKeyNode();
        if (!(key instanceof ScalarNode scalar)) {
            problems.error(file, key, "unknown-key", "a key of " + what + " is " + describe(key), "write a plain word");
            return;
        }
        String word = scalar.getValue();
        if (!keys.contains(word)) {
            String all = "use one of " + String.join(", ", keys);
            problems.error(file, key, "unknown-key", "unknown key '" + abbreviated(word) + "' in " + what,
                    Spelling.nearest(word, keys).map(near -> "did you mean '" + near + "'?").orElse(all));
            return;
        }
        NodeTuple first = entries.putIfAbsent(word, entry);
        if (first != null) {
            problems.error(file, key, "duplicate-key", "the key '" + word + "' is there twice in " + what,
                    "keep one of them; the first is in line " + line(first.getKeyNode()));
        }
    }

    /// The mapping of a fixed key with free keys of its own, such as labels.
    static Map<String, NodeTuple> freeEntries(MappingNode mapping, String file, String what, Problems problems) {
        Map<String, NodeTuple> entries = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                problems.error(file, entry.getKeyNode(), WRONG_TYPE, "a key of " + what + " must be text",
                        "write a plain word");
            } else if (entries.putIfAbsent(key.getValue(), entry) != null) {
                problems.error(file, key, "duplicate-key", "the key '" + abbreviated(key.getValue())
                        + "' is there twice in " + what, "keep one of them");
            }
        }
        return entries;
    }

    Node node() {
        return mapping;
    }

    /// What stands behind the key, unless it is absent or null.
    Optional<Node> value(String key) {
        return Optional.ofNullable(entries.get(key)).map(NodeTuple::getValueNode)
                .filter(node -> !isNull(node));
    }

    Optional<Text> text(String key, int maximumLength) {
        return value(key).flatMap(node -> text(node, key, maximumLength,
                node instanceof ScalarNode ? "put it in quotes" : "write text behind '" + key + ":'"));
    }

    private Optional<Text> text(Node node, String what, int maximumLength, String fix) {
        if (!(node instanceof ScalarNode scalar) || !node.getTag().equals(Tag.STR)) {
            problems.error(file, node, WRONG_TYPE, what + " must be text, not " + describe(node), fix);
            return Optional.empty();
        }
        if (scalar.getValue().codePointCount(0, scalar.getValue().length()) > maximumLength) {
            problems.error(file, node, "too-long", what + " is longer than " + maximumLength + " characters",
                    "shorten it");
            return Optional.empty();
        }
        return Optional.of(new Text(scalar.getValue(), node));
    }

    List<Text> texts(String key, int maximumLength) {
        List<Text> texts = new ArrayList<>();
        value(key).ifPresent(node -> {
            if (!(node instanceof SequenceNode list) || !node.getTag().equals(Tag.SEQ)) {
                problems.error(file, node, WRONG_TYPE, key + " must be a list, not " + describe(node),
                        node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.STR)
                                ? "write " + key + ": [" + abbreviated(scalar.getValue()) + "]"
                                : "write " + key + ": [first, second]");
                return;
            }
            for (Node item : list.getValue()) {
                text(item, "an entry of " + key, maximumLength, item instanceof ScalarNode ? "put it in quotes"
                        : "write plain texts").ifPresent(texts::add);
            }
        });
        return texts;
    }

    /// One of a few words.
    <T> Optional<T> word(String key, Map<String, T> words, String rule) {
        String all = String.join(", ", words.keySet());
        int last = all.lastIndexOf(", ");
        String fix = "write " + all.substring(0, last) + " or " + all.substring(last + 2);
        return value(key).flatMap(node -> text(node, key, Integer.MAX_VALUE, fix)).flatMap(text -> {
            T meaning = words.get(text.value());
            if (meaning == null) {
                problems.error(file, text.node(), rule, key + " '" + abbreviated(text.value()) + "' does not exist",
                        fix);
            }
            return Optional.ofNullable(meaning);
        });
    }

    /// A text with a form of its own.
    <T> Optional<T> parsed(String key, Function<String, Optional<T>> form, String fix) {
        return value(key).flatMap(node -> text(node, key, Integer.MAX_VALUE, fix)).flatMap(text -> {
            Optional<T> value = form.apply(text.value());
            if (value.isEmpty()) {
                badValue(text.node(), key + " '" + abbreviated(text.value()) + "' cannot be read", fix);
            }
            return value;
        });
    }

    /// Whether a plain number stands behind the key, where something else may stand too.
    boolean isNumber(String key) {
        return value(key).filter(ScalarNode.class::isInstance)
                .filter(node -> node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT)).isPresent();
    }

    /// True or false; false if absent.
    boolean flag(String key) {
        return value(key).map(node -> {
            if (!(node instanceof ScalarNode scalar) || !node.getTag().equals(Tag.BOOL)) {
                problems.error(file, node, WRONG_TYPE, key + " must be true or false, not " + describe(node),
                        "write " + key + ": true, or leave it out");
                return false;
            }
            return scalar.getValue().equalsIgnoreCase("true");
        }).orElse(false);
    }

    Optional<Long> wholeNumber(String key, long least, long most) {
        return number(key, BigDecimal.valueOf(least), BigDecimal.valueOf(most)).flatMap(number -> {
            try {
                return Optional.of(number.longValueExact());
            } catch (ArithmeticException e) {
                badValue(value(key).orElseThrow(), key + " must be a whole number", "leave out the fraction");
                return Optional.empty();
            }
        });
    }

    Optional<BigDecimal> number(String key, BigDecimal least, BigDecimal most) {
        return value(key).flatMap(node -> {
            Optional<BigDecimal> number = decimal(node);
            if (number.isEmpty()) {
                String found = isNumber(key) ? "'" + abbreviated(((ScalarNode) node).getValue()) + "'" : describe(node);
                problems.error(file, node, WRONG_TYPE, key + " must be a number, not " + found,
                        "write a number from " + least + " to " + most);
            } else if (number.get().compareTo(least) < 0 || number.get().compareTo(most) > 0) {
                badValue(node, key + " must be from " + least + " to " + most, "choose a number in that range");
                return Optional.empty();
            }
            return number;
        });
    }

    private static Optional<BigDecimal> decimal(Node node) {
        if (!(node instanceof ScalarNode scalar)
                || !node.getTag().equals(Tag.INT) && !node.getTag().equals(Tag.FLOAT)) {
            return Optional.empty();
        }
        String digits = scalar.getValue();
        try {
            if (digits.startsWith("0x")) {
                return Optional.of(new BigDecimal(new BigInteger(digits.substring(2), 16)));
            }
            if (digits.startsWith("0o")) {
                return Optional.of(new BigDecimal(new BigInteger(digits.substring(2), 8)));
            }
            BigDecimal value = new BigDecimal(digits);
            // 1e999999999 is short to write and long to compare digit by digit.
            return Math.abs((long) value.precision() - value.scale()) > 30 ? Optional.empty() : Optional.of(value);
        } catch (NumberFormatException e) {
            return Optional.empty(); // .inf, .nan, or a tag that its text does not bear out
        }
    }

    Optional<MappingReader> mapping(String key, List<String> keys) {
        return value(key).flatMap(node -> of(node, file, key, keys, problems));
    }

    void badValue(Node node, String message, String fix) {
        problems.error(file, node, "bad-value", message, fix);
    }

    static boolean isNull(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    static String abbreviated(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    static String describe(Node node) {
        Tag tag = node.getTag();
        if (tag.equals(Tag.MAP)) {
            return "a mapping";
        } else if (tag.equals(Tag.SEQ)) {
            return "a list";
        } else if (tag.equals(Tag.STR)) {
            return "text";
        } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return "a number";
        } else if (tag.equals(Tag.BOOL)) {
            return "true or false";
        } else if (tag.equals(Tag.NULL)) {
            return "nothing";
        }
        return "a value tagged " + abbreviated(tag.getValue());
    }
}
