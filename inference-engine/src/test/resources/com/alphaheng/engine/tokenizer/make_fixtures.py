"""Writes tokenizer.json and encodings.json beside itself. Needs: pip install tokenizers==0.23.2"""
import json
import os
import random

from tokenizers import AddedToken, Regex, Tokenizer, __version__, decoders, models, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ["<|endoftext|>", "[gMASK]", "<sop>", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>"]
VISIBLE = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<arg_key>",
           "</arg_key>", "<arg_value>", "</arg_value>"]
CORPUS = [
    "public static int max(int a, int b) {\n    return a > b ? a : b;\n}\n",
    "private final List<String> names = new ArrayList<>();\n        for (String name : names) {\n",
    "The engine turns text into tokens and tokens into text; it doesn't lose a byte.\n",
    "Die Straße nach Köln führt über die Brücke. Le café est très agréable.\n",
    "你好，世界。今天天气很好。 こんにちは世界\n",
    "if (value == null) {\n            throw new IllegalArgumentException(\"value\");\n        }\n",
]
TEXTS = CORPUS + [
    "", " ", "\n\n\n", "a", "hello world", "1234567 3.14", "don't WON'T I'LL", "\t\tx = 1;  \n  ", "naïve façade",
    "😀👩‍👩‍👧‍👦🇩🇪", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "日本語テスト", "مرحبا بالعالم", "a\u0000b", "\u200b\ufeff\u00a0", "e\u0301 é",
    "<|user|>hi<|assistant|><think>", "[gMASK]<sop><|system|>You help.<|user|>2+2?<|assistant|></think>4<|endoftext|>",
    "<think>a</think><tool_call>f<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>", "< |user|> <|user| >",
    "x <|user|> y", "<|us", "<<|user|>>", "\ufffd", "\r\n\r\n", "a  b   c",
]


def main():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=500, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in VISIBLE])
    tokenizer.save(os.path.join(HERE, "tokenizer.json"))
    generator = random.Random(20260101)
    cases = [{"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids} for text in TEXTS]
    for _ in range(60):  # ids in any order: mostly broken UTF-8
        ids = [generator.randrange(tokenizer.get_vocab_size()) for _ in range(generator.randrange(1, 40))]
        cases.append({"text": None, "ids": ids})
    for case in cases:
        case["decoded"] = tokenizer.decode(case["ids"], skip_special_tokens=False)
        case["decodedWithoutSpecial"] = tokenizer.decode(case["ids"], skip_special_tokens=True)
    with open(os.path.join(HERE, "encodings.json"), "w", encoding="utf-8") as out:
        json.dump({"library": "tokenizers " + __version__, "cases": cases}, out, ensure_ascii=True, separators=(",", ":"))


main()
