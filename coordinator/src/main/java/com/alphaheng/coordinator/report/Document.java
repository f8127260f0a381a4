package com.alphaheng.coordinator.report;

import java.util.ArrayList;
import java.util.List;

/// A report: a title and blocks in reading order.
public final class Document {
    private final String title;
    private final List<Block> blocks = new ArrayList<>();

    Document(String title) {
        this.title = title;
    }

    Document heading(String text) {
        return add(new Block.Heading(text));
    }

    Document paragraph(String text) {
        return add(new Block.Paragraph(text));
    }

    Document note(String text) {
        return add(new Block.Note(text));
    }

    Document verbatim(String text) {
        return add(new Block.Verbatim(text));
    }

    Document table(List<String> headings, List<List<String>> rows) {
        return add(new Block.Table(headings, rows));
    }

    Document add(Block block) {
        blocks.add(block);
        return this;
    }

    public String title() {
        return title;
    }

    List<Block> blocks() {
        return List.copyOf(blocks);
    }
}
