package com.alphaheng.engine.tokenizer;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A model's byte-level BPE tokenizer, from the `tokenizer.json` of its folder. Every text can be encoded, and
/// `decode(encode(text))` is the text. Thread-safe except for closing.
///
/// The BPE itself is Hugging Face's library; added tokens are found here, so that text from outside can be encoded
/// without any ([ControlTokens#AS_TEXT]), whatever the file says of them.
public final class Tokenizer implements AutoCloseable {

    private static final byte[] NOTHING = {};

    private final Path file;
    private final byte[][] bytes;
    private final AddedToken[] added;
    private final AddedTokenSplitter splitter;
    private final Map<String, Integer> addedIds = new HashMap<>();
    private final int[] idOfByte;
    private final NativeBpe bpe;

    private Tokenizer(Path file, TokenizerFile content) {
        this.file = file;
        this.bytes = content.bytes();
        this.added = new AddedToken[bytes.length];
        for (AddedToken token : content.addedTokens()) {
            added[token.id()] = token;
            addedIds.put(token.content(), token.id());
        }
        this.splitter = new AddedTokenSplitter(content.addedTokens());
        this.idOfByte = singleByteIds();
        this.bpe = new NativeBpe(content.withoutAddedTokens(), file);
    }

    /// Loads `tokenizer.json` of a model folder.
    ///
    /// @throws TokenizerException naming the file, what is wrong with it, and what would help
    public static Tokenizer load(Path directory) {
        Path file = directory.resolve("tokenizer.json");
        return new Tokenizer(file, TokenizerFile.read(file));
    }

    private int[] singleByteIds() {
        int[] ids = new int[1 << Byte.SIZE];
        Arrays.fill(ids, -1);
        for (int id = 0; id < bytes.length; id++) {
            if (bytes[id] != null && bytes[id].length == 1 && added[id] == null) {
                ids[bytes[id][0] & 0xFF] = id;
            }
        }
        for (int value = 0; value < ids.length; value++) {
            if (ids[value] < 0) {
                throw new TokenizerException(file, "model.vocab: byte " + value + " (\""
                    + ByteAlphabet.spelling(value) + "\") has no token, so not every text could be encoded."
                    + " Fetch the file again from where the model came from");
            }
        }
        return ids;
    }

    /// One more than the largest id.
    public int size() {
        return bytes.length;
    }

    /// Fails unless every id of this tokenizer is one of the model's.
    ///
    /// @param vocabSize number of rows of the model's embedding
    public void requireFits(int vocabSize) {
        if (size() > vocabSize) {
            throw new TokenizerException(file, "has ids up to " + (size() - 1) + ", but the model's vocab_size is "
                + vocabSize + ": the file belongs to another model. Copy the tokenizer.json that came with this one");
        }
    }

    /// Ids of a text. Nothing is added before or after it; unpaired surrogates count as U+FFFD.
    public int[] encode(String text, ControlTokens control) {
        if (control == ControlTokens.AS_TEXT) {
            return plain(text);
        }
        return parsed(text, "");
    }

    /// Ids of a prompt in which a character of the caller's choice keeps some spellings of control tokens apart:
    /// those stay text. The character itself goes.
    public int[] encodeGuarded(String text, char guard) {
        return parsed(text, String.valueOf(guard));
    }

    private int[] parsed(String text, String guard) {
        List<AddedTokenSplitter.Piece> pieces = splitter.split(text);
        int[][] parts = new int[pieces.size()][];
        for (int i = 0; i < parts.length; i++) {
            AddedTokenSplitter.Piece piece = pieces.get(i);
            String content = text.substring(piece.start(), piece.end());
            parts[i] = piece.token() != null ? new int[] {piece.token().id()}
                : plain(guard.isEmpty() ? content : content.replace(guard, ""));
        }
        return join(parts);
    }

    private int[] plain(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        long[] ids = bpe.encode(text);
        int[] out = new int[ids.length];
        boolean clean = true;
        for (int i = 0; i < ids.length; i++) {
            out[i] = Math.toIntExact(ids[i]);
            clean &= added[out[i]] == null;
        }
        return clean ? out : withoutAdded(out);
    }

    /// A vocabulary may hold the spelling of an added token, so that merges lead to it. Plain text is then spelled in
    /// bytes there.
    private int[] withoutAdded(int[] ids) {
        int[][] parts = new int[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            parts[i] = added[ids[i]] == null ? new int[] {ids[i]} : spelled(bytes[ids[i]]);
        }
        return join(parts);
    }

    private int[] spelled(byte[] content) {
        int[] ids = new int[content.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = idOfByte[content[i] & 0xFF];
        }
        return ids;
    }

    private static int[] join(int[][] parts) {
        int length = 0;
        for (int[] part : parts) {
            length += part.length;
        }
        int[] out = new int[length];
        int at = 0;
        for (int[] part : parts) {
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
        }
        return out;
    }

    /// The text of ids, control tokens spelled out; bytes that are not UTF-8 become U+FFFD.
    public String decode(int[] ids) {
        Utf8Stream characters = new Utf8Stream();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(characters.push(bytes(id)));
        }
        return text.append(characters.finish()).toString();
    }

    /// The bytes that an id stands for, shared: not to be changed. None for an id that pads the model's vocabulary.
    byte[] bytes(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("no token has the id " + id);
        }
        return id < bytes.length && bytes[id] != null ? bytes[id] : NOTHING;
    }

    /// The id of an added token, such as `<|user|>`.
    public OptionalInt idOf(String addedToken) {
        Integer id = addedIds.get(addedToken);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// The added tokens, in order of their ids.
    public List<AddedToken> addedTokens() {
        return Arrays.stream(added).filter(token -> token != null).toList();
    }

    /// True for a control token that a reader should not see, such as `<|endoftext|>`.
    public boolean isSpecial(int id) {
        return id < added.length && added[id] != null && added[id].special();
    }

    @Override
    public void close() {
        bpe.close();
    }
}
