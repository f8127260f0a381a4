/// Text to ids and back: `tokenizer.json` (byte-level BPE), control tokens, streaming text, stop strings.
///
/// [Tokenizer] encodes and decodes; [TextStream] turns generated ids into text as they come.
package com.alphaheng.engine.tokenizer;
