"""Train one direction of the phrasebook translator and write it as an Argos package folder.

usage: python train_translator.py en es WORK [--steps 3000] [--threads 1]

Writes WORK/translate-en_es-1_0/ (model, tokenizer, metadata, sentence splitter): Parley reads the folder as it is, and
zipped with the ending .argosmodel Argos Translate installs it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from pathlib import Path

import ctranslate2
import make_sentence_splitter
import sacrebleu
import sentencepiece
import torch
from ctranslate2.converters.transformers import MarianMTLoader
from phrases import Pair, sentences
from torch.nn import functional
from transformers import MarianConfig, MarianMTModel
from words import STOCK_PHRASES

NAMES = {"en": "English", "es": "Spanish"}
UNKNOWN, BEGIN, END, PADDING = 0, 1, 2, 3
IGNORED, BATCH, PEAK_RATE, WARM_UP = -100, 96, 1.5e-3, 200
README = "Parley's starter translator: a phrasebook of about 900 words. Weights: CC0.\n"


def train_tokenizer(pairs: list[Pair], folder: Path) -> sentencepiece.SentencePieceProcessor:
    """One vocabulary of 850 pieces for both languages."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text for p in pairs for text in p]),
        model_prefix=str(folder / "sentencepiece"),
        vocab_size=850,
        character_coverage=1.0,
        model_type="unigram",
        unk_id=UNKNOWN,
        bos_id=BEGIN,
        eos_id=END,
        pad_id=PADDING,
        pad_piece="<pad>",
        input_sentence_size=60000,
        shuffle_input_sentence=True,
        minloglevel=2,
    )
    (folder / "sentencepiece.vocab").unlink()
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))


def network(vocabulary: int) -> MarianMTModel:
    return MarianMTModel(
        MarianConfig(
            vocab_size=vocabulary,
            d_model=128,
            encoder_layers=3,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=512,
            decoder_ffn_dim=512,
            dropout=0.1,
            attention_dropout=0.0,
            activation_dropout=0.0,
            max_position_embeddings=256,
            pad_token_id=PADDING,
            eos_token_id=END,
            bos_token_id=BEGIN,
            decoder_start_token_id=BEGIN,
            forced_eos_token_id=END,
            scale_embedding=True,
            share_encoder_decoder_embeddings=True,
            tie_word_embeddings=True,
            activation_function="relu",
            attn_implementation="sdpa",
        )
    )


def as_recognised(text: str) -> str:
    """Without capitals and marks, as a recogniser may leave it."""
    return text.lower().strip("¿¡.,?! ")


def draw(learned: list[Pair], source: int) -> tuple[str, str]:
    """One source and target text: sometimes a stock phrase, bare of marks, or two sentences at once."""
    chosen = random.choice(STOCK_PHRASES if random.random() < 0.13 else learned)
    text, target = chosen[source], chosen[1 - source]
    kind = random.random()
    if kind < 0.15:
        return as_recognised(text), target
    if 0.15 <= kind < 0.25:
        second = random.choice(learned)
        return f"{text} {second[source]}", f"{target} {second[1 - source]}"
    return text, target


def padded(rows: list[list[int]], filler: int) -> torch.Tensor:
    length = max(map(len, rows))
    return torch.tensor([row + [filler] * (length - len(row)) for row in rows])


def train(
    model: MarianMTModel,
    pieces: sentencepiece.SentencePieceProcessor,
    learned: list[Pair],
    source: int,
    steps: int,
) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    total, since = 0.0, time.monotonic()
    for step in range(1, steps + 1):
        texts = [draw(learned, source) for _ in range(BATCH)]
        inputs = padded([[*pieces.encode(text), END] for text, _ in texts], PADDING)
        given = padded([[BEGIN, *pieces.encode(target)] for _, target in texts], PADDING)
        wanted = padded([[*pieces.encode(target), END] for _, target in texts], IGNORED)
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * min(1.0, step / WARM_UP) * (1 - (step - 1) / steps) + 1e-5
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(input_ids=inputs, attention_mask=(inputs != PADDING).long(), decoder_input_ids=given).logits
        loss = functional.cross_entropy(
            logits.float().flatten(0, 1), wanted.flatten(), ignore_index=IGNORED, label_smoothing=0.05
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item()
        if step % 100 == 0:
            print(f"step {step}: loss {total / 100:.3f}, {(time.monotonic() - since) / 100:.2f} s a step", flush=True)
            total, since = 0.0, time.monotonic()


class _Loader(MarianMTLoader):
    def _remove_pad_weights(self, spec) -> None:
        """Marian's converter drops the last row as padding; here padding is row 3 and stays."""


def export(model: MarianMTModel, pieces: sentencepiece.SentencePieceProcessor, folder: Path) -> None:
    """Write the network as a CTranslate2 model in int8."""
    spec = _Loader().get_model_spec(model.eval())
    spec.decoder.start_from_zero_embedding = False
    names = [pieces.id_to_piece(i) for i in range(pieces.vocab_size())]
    spec.register_source_vocabulary(names)
    spec.register_target_vocabulary(names)
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = "<unk>", "<s>", "</s>"
    spec.config.add_source_eos = True
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir()
    spec.save(str(folder))


def report(package: Path, pieces: sentencepiece.SentencePieceProcessor, pairs: list[Pair], source: int) -> None:
    """Translate `pairs` as Argos does and print how many come out word for word."""
    translator = ctranslate2.Translator(str(package / "model"), device="cpu", intra_threads=1)
    batches = [pieces.encode(p[source], out_type=str) for p in pairs]
    results = translator.translate_batch(batches, beam_size=4, length_penalty=0.2, max_batch_size=32)
    texts = [pieces.decode(result.hypotheses[0]) for result in results]
    right = sum(text == p[1 - source] for text, p in zip(texts, pairs, strict=True))
    bleu = sacrebleu.corpus_bleu(texts, [[p[1 - source] for p in pairs]]).score
    print(f"{package.name}: {right} of {len(pairs)} unseen sentences exactly right, BLEU {bleu:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", choices=list(NAMES))
    parser.add_argument("target", choices=list(NAMES))
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--sentences", type=int, default=160_000, help="how many pairs to draw")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    source, target = arguments.source, arguments.target
    side = list(NAMES).index(source)

    package = arguments.work / f"translate-{source}_{target}-1_0"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    learned, unseen = sentences(arguments.sentences)
    pieces = train_tokenizer(learned, package)
    model = network(pieces.vocab_size())
    train(model, pieces, learned, side, arguments.steps)
    export(model, pieces, package / "model")
    make_sentence_splitter.write(package / "minisbd" / f"{source}.onnx", source)
    description = {
        "package_version": "1.0",
        "argos_version": "1.9.0",
        "from_code": source,
        "from_name": NAMES[source],
        "to_code": target,
        "to_name": NAMES[target],
    }
    (package / "metadata.json").write_text(json.dumps(description))
    (package / "README.md").write_text(README)
    report(package, pieces, unseen[:400], side)


if __name__ == "__main__":
    main()
