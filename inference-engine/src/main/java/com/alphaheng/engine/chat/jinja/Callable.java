package com.alphaheng.engine.chat.jinja;

import java.util.List;
import java.util.Map;

/// Something that a template can call.
interface Callable {

    Object call(List<Object> positional, Map<String, Object> named);
}
