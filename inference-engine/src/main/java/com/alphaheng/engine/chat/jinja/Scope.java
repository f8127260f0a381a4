package com.alphaheng.engine.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/// Names and values of a part of a template. Assignments stay in the scope where they are made.
final class Scope {

    private final Scope outer;
    private final Map<String, Object> names;

    private Scope(Scope outer, Map<String, Object> names) {
        this.outer = outer;
        this.names = names;
    }

    static Scope of(Map<String, Object> names) {
        return new Scope(null, new HashMap<>(names));
    }

    Scope inner() {
        return new Scope(this, new HashMap<>());
    }

    void set(String name, Object value) {
        names.put(name, value);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.names.containsKey(name)) {
                return scope.names.get(name);
            }
        }
        return new Undefined("'" + name + "'");
    }
}
