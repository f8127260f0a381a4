package com.alphaheng.engine.chat.jinja;

/// The value of a name or member that does not exist: false, empty and printed as nothing, but of no other use.
///
/// @param what the missing thing, for errors
record Undefined(String what) {

    JinjaException error() {
        return new JinjaException(what + " is undefined");
    }
}
