package com.alphaheng.engine.tokenizer;

/// What [Tokenizer#encode] makes of the spelling of a control token, such as `<|user|>`, inside a text.
public enum ControlTokens {

    /// It becomes the control token: for prompts that the program itself composed.
    PARSE,

    /// It stays text, encoded like any other: for text from outside, which must not be able to inject control tokens.
    AS_TEXT
}
