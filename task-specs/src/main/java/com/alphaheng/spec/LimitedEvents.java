package com.alphaheng.spec;

import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/// A YAML event stream that ends in a [LimitException] before deep nesting, masses of aliases or merge keys can
/// hurt the reader.
final class LimitedEvents implements Parser {
    private final Parser events;
    private final TaskFileLimits limits;
    private int depth;
    private int values;
    private int aliases;

    LimitedEvents(Parser events, TaskFileLimits limits) {
        this.events = events;
        this.limits = limits;
    }

    /// A limit was exceeded; the message and the fix are meant for the author of the file.
    static final class LimitException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Optional<Mark> mark;
        private final String rule;
        private final String fix;

        LimitException(Event event, String rule, String message, String fix) {
            super(message);
            this.mark = event.getStartMark();
            this.rule = rule;
            this.fix = fix;
        }

        Optional<Mark> mark() {
            return mark;
        }

        String rule() {
            return rule;
        }

        String fix() {
            return fix;
        }
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return events.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return events.peekEvent();
    }

    @Override
    public boolean hasNext() {
        return events.hasNext();
    }

    @Override
    public Event next() {
        Event event = events.next();
        switch (event.getEventId()) {
            case SequenceStart, MappingStart -> {
                countValue(event);
                if (++depth > limits.depth()) {
                    throw new LimitException(event, "too-deep", "lists and mappings are nested more than "
                            + limits.depth() + " deep", "a task file needs no more than 5 levels");
                }
            }
            case SequenceEnd, MappingEnd -> depth--;
            case Scalar -> {
                countValue(event);
                refuseMerge((ScalarEvent) event);
            }
            case Alias -> {
                if (++aliases > limits.aliases()) {
                    throw new LimitException(event, "too-many-aliases", "more than " + limits.aliases()
                            + " uses of YAML anchors", "write the values out");
                }
            }
            case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> { }
        }
        return event;
    }

    /// YAML 1.2 has no merge keys; the library's take for ever when a mapping merges itself.
    private static void refuseMerge(ScalarEvent event) {
        if (event.isPlain() && event.getValue().equals("<<")) {
            throw new LimitException(event, "merge-key", "merge keys (<<) are not part of YAML 1.2",
                    "write the keys out; an alias for a single value is fine");
        }
    }

    private void countValue(Event event) {
        if (++values > limits.values()) {
            throw new LimitException(event, "file-too-large", "more than " + limits.values() + " values in one file",
                    "split the file");
        }
    }
}
