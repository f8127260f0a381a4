package com.alphaheng.engine.chat.jinja;

import java.util.Map;

/// What `namespace(...)` makes: members that may be assigned from inner scopes.
record Namespace(Map<String, Object> members) { }
