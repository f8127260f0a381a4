package com.alphaheng.engine.chat.jinja;

import java.util.List;

/// The variable `loop` of a loop.
final class LoopState {

    private final List<Object> items;
    private final int depth;
    private int index;

    LoopState(List<Object> items, int depth) {
        this.items = items;
        this.depth = depth;
    }

    int depth() {
        return depth;
    }

    void moveTo(int place) {
        index = place;
    }

    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> (long) depth;
            case "depth0" -> depth - 1L;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("loop.previtem");
            case "nextitem" -> index + 1 < items.size() ? items.get(index + 1) : new Undefined("loop.nextitem");
            case "cycle" -> (Callable) (positional, named) -> positional.get(index % positional.size());
            default -> new Undefined("'loop." + name + "'");
        };
    }
}
