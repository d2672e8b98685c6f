"""Whisper's multilingual tokenizer (51,865 tokens), rebuilt as tokenizer.json from its published merge ranks.

usage: python tokens.py OUT/tokenizer.json
"""

from __future__ import annotations

import argparse
import base64
import json
from functools import cache
from itertools import pairwise
from pathlib import Path

from words import DATA

LANGUAGES: list[str] = json.loads((DATA / "languages.json").read_text())
SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{language}|>" for language in LANGUAGES),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
]
TIMESTAMPS = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]

END, START, FIRST_LANGUAGE = 50257, 50258, 50259
TRANSLATE, TRANSCRIBE, PREVIOUS, NO_SPEECH, NO_TIMESTAMPS, FIRST_TIMESTAMP = 50358, 50359, 50361, 50362, 50363, 50364
VOCABULARY_SIZE = 51865


def language_id(language: str) -> int:
    return FIRST_LANGUAGE + LANGUAGES.index(language)


@cache
def _ranks() -> dict[bytes, int]:
    lines = (DATA / "multilingual.tiktoken").read_text().splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}


@cache
def _byte_letters() -> dict[int, str]:
    """The letter that byte-level BPE writes for each byte (GPT-2's table)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


def _letters(token: bytes) -> str:
    return "".join(_byte_letters()[byte] for byte in token)


def _parts(token: bytes, below: int) -> list[bytes]:
    """`token` merged with the ranks below `below` only: the two halves that its own merge joins."""
    parts = [bytes([byte]) for byte in token]
    while True:
        merges = [(_ranks().get(a + b, below), i) for i, (a, b) in enumerate(pairwise(parts))]
        rank, i = min(merges, default=(below, 0))
        if rank >= below:
            return parts
        parts[i : i + 2] = [parts[i] + parts[i + 1]]


def vocabulary() -> list[str]:
    """Every token by its id, as Whisper's vocabulary file spells it."""
    by_rank = sorted(_ranks(), key=_ranks().__getitem__)
    return [*map(_letters, by_rank), *SPECIAL, *TIMESTAMPS]


def build(path: Path) -> None:
    """Write tokenizer.json to `path`."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    merges = []
    for token, rank in sorted(_ranks().items(), key=lambda item: item[1]):
        parts = _parts(token, rank) if len(token) > 1 else []
        if len(parts) == 2:
            merges.append((_letters(parts[0]), _letters(parts[1])))
    ids = {_letters(token): rank for token, rank in _ranks().items()}
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=merges, fuse_unk=False))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in TIMESTAMPS])
    assert tokenizer.get_vocab_size() == VOCABULARY_SIZE
    assert tokenizer.token_to_id("<|0.00|>") == FIRST_TIMESTAMP
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
