package com.alphaheng.engine.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a tokenizer.json says: the bytes of every id, and the added tokens. Only byte-level BPE is accepted.
final class TokenizerFile {

    private static final long MAX_BYTES = 256L << 20;
    private static final int MAX_ID = 1 << 24;
    private static final String REMEDY = ". Fetch the file again from where the model came from";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private byte[][] bytes = new byte[1 << 16][];
    private final List<AddedToken> addedTokens = new ArrayList<>();
    private String modelType = "";
    private boolean byteLevel;
    private boolean hasVocabulary;
    /// Where the list of added tokens lies in the file.
    private int addedStart = -1;
    private int addedEnd = -1;
    private String withoutAddedTokens;

    private TokenizerFile(Path path) {
        this.path = path;
    }

    /// @throws TokenizerException when the file is absent, damaged or of a kind that this engine does not handle
    static TokenizerFile read(Path path) {
        TokenizerFile file = new TokenizerFile(path);
        try {
            if (!Files.isRegularFile(path)) {
                throw new TokenizerException(path, "no such file: a model folder needs it to turn text into tokens."
                    + " Copy it from where the model came from");
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new TokenizerException(path, "is " + Files.size(path) + " bytes, more than the " + MAX_BYTES
                    + " that any tokenizer needs: this is another file");
            }
            file.parse(Files.readAllBytes(path));
        } catch (JsonProcessingException e) {
            throw new TokenizerException(path, "is not valid JSON: " + e.getOriginalMessage() + " at line "
                + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + REMEDY, e);
        } catch (IOException e) {
            throw new TokenizerException(path, "cannot be read: " + e, e);
        }
        return file;
    }

    /// Bytes of each id; null where an id stands for nothing.
    byte[][] bytes() {
        return bytes;
    }

    List<AddedToken> addedTokens() {
        return addedTokens;
    }

    /// The file's text with an empty list of added tokens, for the BPE alone.
    String withoutAddedTokens() {
        return withoutAddedTokens;
    }

    private void parse(byte[] content) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(content)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw problem("expected a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                switch (key) {
                    case "added_tokens" -> readAddedTokens(parser);
                    case "model" -> readModel(parser);
                    case "decoder" -> byteLevel = isByteLevel(JSON.readTree(parser));
                    default -> parser.skipChildren();
                }
            }
        }
        check();
        withoutAddedTokens = addedStart < 0 ? new String(content, StandardCharsets.UTF_8)
            : new String(content, 0, addedStart, StandardCharsets.UTF_8) + "[]"
                + new String(content, addedEnd, content.length - addedEnd, StandardCharsets.UTF_8);
    }

    private void check() {
        if (!modelType.equals("BPE")) {
            throw problem("model.type: expected \"BPE\", found "
                + (modelType.isEmpty() ? "nothing" : "\"" + modelType + "\""));
        }
        if (!byteLevel) {
            throw problem("decoder: expected type \"ByteLevel\": this engine handles byte-level BPE only");
        }
        if (!hasVocabulary) {
            throw problem("model.vocab: expected an object of tokens and ids, found nothing");
        }
        int largest = bytes.length - 1;
        while (largest >= 0 && bytes[largest] == null) {
            largest--;
        }
        bytes = Arrays.copyOf(bytes, largest + 1);
    }

    private static boolean isByteLevel(JsonNode decoder) {
        if (decoder.path("type").asText().equals("Sequence") && decoder.path("decoders").size() == 1) {
            return isByteLevel(decoder.path("decoders").get(0));
        }
        return decoder.path("type").asText().equals("ByteLevel");
    }

    private void readModel(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw problem("model: expected an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (key.equals("type") && value == JsonToken.VALUE_STRING) {
                modelType = parser.getText();
            } else if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
                readVocabulary(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        hasVocabulary = true;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String token = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
                throw problem("model.vocab: expected an integer id for \"" + token + "\", found " + parser.getText());
            }
            put(parser.getLongValue(), ByteAlphabet.bytes(token), token);
        }
    }

    private void readAddedTokens(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            throw problem("added_tokens: expected a list");
        }
        addedStart = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonNode token = JSON.readTree(parser);
            String content = token.path("content").asText();
            JsonNode id = token.path("id");
            if (content.isEmpty() || !id.isIntegralNumber()) {
                throw problem("added_tokens: expected objects with content and id, found " + token);
            }
            // The same token may stand in the vocabulary too.
            boolean known = id.canConvertToInt() && id.intValue() >= 0 && id.intValue() < bytes.length
                && Arrays.equals(bytes[id.intValue()], ByteAlphabet.bytes(content));
            if (!known) {
                put(id.longValue(), ByteAlphabet.bytes(content), content);
            }
            addedTokens.add(new AddedToken(id.intValue(), content, token.path("special").asBoolean(),
                token.path("single_word").asBoolean(), token.path("lstrip").asBoolean(),
                token.path("rstrip").asBoolean()));
        }
        addedEnd = Math.toIntExact(parser.currentLocation().getByteOffset());
    }

    private void put(long id, byte[] content, String token) {
        if (id < 0 || id >= MAX_ID) {
            throw problem("id of \"" + token + "\": expected 0 to " + (MAX_ID - 1) + ", found " + id);
        }
        int index = (int) id;
        if (index >= bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(index + 1, 2 * bytes.length));
        }
        if (bytes[index] != null && !Arrays.equals(bytes[index], content)) {
            throw problem("id " + id + " is given to \"" + new String(bytes[index], StandardCharsets.UTF_8)
                + "\" and to \"" + token + "\"");
        }
        bytes[index] = content;
    }

    private TokenizerException problem(String text) {
        return new TokenizerException(path, text + REMEDY);
    }
}
