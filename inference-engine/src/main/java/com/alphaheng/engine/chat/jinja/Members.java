package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Attributes, items and slices of values.
final class Members {

    private Members() { }

    /// `of.name`: a method or member first, then an item.
    static Object attribute(Object of, String name) {
        return switch (of) {
            case Undefined missing -> throw missing.error();
            case Namespace namespace -> namespace.members().containsKey(name) ? namespace.members().get(name)
                : new Undefined("'" + name + "'");
            case LoopState loop -> loop.attribute(name);
            case String text when TextMethods.NAMES.contains(name) ->
                (Callable) (positional, named) -> TextMethods.call(text, name, positional, named);
            case Map<?, ?> map when DictMethods.NAMES.contains(name) ->
                (Callable) (positional, named) -> DictMethods.call(map, name, positional, named);
            case List<?> list when DictMethods.LIST_NAMES.contains(name) ->
                (Callable) (positional, named) -> DictMethods.callList(list, name, positional);
            case Map<?, ?> map when map.containsKey(name) -> map.get(name);
            case null, default -> new Undefined("attribute '" + name + "' of " + Values.type(of));
        };
    }

    /// `of[key]`: an item first, then a method or member.
    static Object item(Object of, Object key) {
        Values.requireDefined(of);
        Values.requireDefined(key);
        if (of instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        if (key instanceof Long index) {
            if (of instanceof List<?> list) {
                long place = index < 0 ? index + list.size() : index;
                return place >= 0 && place < list.size() ? list.get((int) place)
                    : new Undefined("item " + index + " of a list of " + list.size());
            }
            if (of instanceof String text) {
                int[] points = text.codePoints().toArray();
                long place = index < 0 ? index + points.length : index;
                return place >= 0 && place < points.length ? Character.toString(points[(int) place])
                    : new Undefined("character " + index + " of a string of " + points.length);
            }
        }
        return key instanceof String name ? attribute(of, name)
            : new Undefined("item " + PythonText.repr(key) + " of " + Values.type(of));
    }

    /// `of[start:stop:step]`; null for what was left out.
    static Object slice(Object of, Object start, Object stop, Object step) {
        Values.requireDefined(of);
        if (!(of instanceof String) && !(of instanceof List<?>)) {
            throw new JinjaException(Values.type(of) + " cannot be sliced");
        }
        List<Object> items = Values.items(of);
        long stride = step == null ? 1 : Values.toLong(step);
        if (stride == 0) {
            throw new JinjaException("the step of a slice is zero");
        }
        int size = items.size();
        long first = start == null ? stride > 0 ? 0 : size - 1 : bound(Values.toLong(start), size, stride);
        long last = stop == null ? stride > 0 ? size : -1 : bound(Values.toLong(stop), size, stride);
        List<Object> taken = new ArrayList<>();
        for (long i = first; stride > 0 ? i < last : i > last; i += stride) {
            taken.add(items.get((int) i));
        }
        if (of instanceof String) {
            StringBuilder text = new StringBuilder();
            taken.forEach(text::append);
            return text.toString();
        }
        return of instanceof Tuple ? new Tuple(taken) : taken;
    }

    private static long bound(long index, int size, long stride) {
        long place = index < 0 ? index + size : index;
        return stride > 0 ? Math.clamp(place, 0, size) : Math.clamp(place, -1, size - 1L);
    }
}
