package com.alphaheng.engine.tokenizer;

/// A token that stands outside the BPE vocabulary, such as `<|user|>` (`added_tokens` of tokenizer.json).
///
/// @param id         its id
/// @param content    its spelling
/// @param special    true when decoding may leave it out
/// @param singleWord true when it must not touch a letter or digit
/// @param leftStrip  true when it takes the white space before it
/// @param rightStrip true when it takes the white space after it
public record AddedToken(int id, String content, boolean special, boolean singleWord, boolean leftStrip,
                         boolean rightStrip) { }
