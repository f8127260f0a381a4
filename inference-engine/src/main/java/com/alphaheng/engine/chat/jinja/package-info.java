/// The part of Jinja2 that chat templates use, with Jinja2's semantics as transformers sets it up: `trim_blocks`,
/// `lstrip_blocks`, loop controls, `tojson` without HTML escapes, `raise_exception`, an immutable sandbox. Values are
/// Java's: null, Boolean, Long, Double, String, List and Map. A template reaches nothing but these: no reflection, no
/// files. [Template] parses and renders; what is not supported is refused when parsing, never skipped.
package com.alphaheng.engine.chat.jinja;
