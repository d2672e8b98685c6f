"""Train the starter recogniser on CPU, in bfloat16.

usage: python train_recogniser.py WORK [--schedule JSON] [--continue-from WORK/recogniser.pt]

WORK holds train.i16, train.json and tokenizer.json; recogniser.pt is written there, every 250 steps and at the end.
The schedule is a list of [steps, [window lengths in 10 ms frames], batch size, first and last learning rate].
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from examples import IGNORED, Batch, Corpus, batch
from recogniser import Recogniser
from torch import nn
from torch.nn import functional

SCHEDULE = [
    [2500, [250, 400], 36, 1.2e-3, 6e-4],
    [3000, [300, 500], 36, 8e-4, 2.5e-4],
    [1000, [500, 1500], 30, 2.5e-4, 2e-5],
    [800, [1000, 1500], 24, 3.5e-4, 1.2e-4],
    [820, [1000, 1500], 24, 5.5e-4, 3e-5],
    [430, [300, 500, 800, 1500, 2000, 3000, 3000, 3000], 80, 6e-4, 5e-4],
    [750, [300, 500, 1000, 1500, 2000, 3000, 3000, 3000], 80, 9e-4, 7e-4],
    [500, [300, 800, 1500, 2200, 3000, 3000, 3000, 3000], 80, 8e-4, 5.8e-4],
    [800, [300, 800, 1500, 2500, 3000, 3000, 3000, 3000], 80, 6.5e-4, 1e-5],
    [600, [300, 1000, 2000, 3000, 3000, 3000, 3000], 80, 4.5e-4, 1e-5],
    [600, [300, 1500, 3000, 3000, 3000, 3000], 80, 5e-4, 1e-5],
]
SPELLING_WEIGHT, GUIDE_WEIGHT, WARM_UP, REPORT_EVERY, SAVE_EVERY = 0.4, 1.0, 200, 25, 250
GUIDED = {0: (0, 2), 1: (0, 2)}
"""Heads of each decoder layer that are told where to look: at the word that comes next."""
AROUND = 0.1
"""Seconds around a word that still count as the right place."""


def batches(corpus: Corpus, schedule: list, seed: int) -> Iterator[tuple[Batch, float]]:
    """Batches with their learning rate, made ahead on a thread of their own."""
    ready: queue.Queue[tuple[Batch, float] | None] = queue.Queue(8)

    def make() -> None:
        r = random.Random(seed)
        for steps, windows, size, first_rate, last_rate in schedule:
            for step in range(steps):
                frames = r.choice(windows)
                fitting = max(4, size * min(windows) // frames)  # as much sound in every batch
                ready.put((batch(corpus, r, frames, fitting), first_rate + (last_rate - first_rate) * step / steps))
        ready.put(None)

    threading.Thread(target=make, daemon=True).start()
    yield from iter(ready.get, None)


def guide(model: Recogniser, b: Batch, heard: torch.Tensor) -> torch.Tensor:
    """How far the guided heads look past the words. Told so, the decoder keeps its place in windows of many sentences,
    and word times can be read from these heads (guided attention: Tachibana, Uenoyama, Aihara, 2017)."""
    begin, end = b.spans[..., :1], b.spans[..., 1:]
    time = torch.arange(heard.shape[1]) * 0.02
    right = (time >= begin - AROUND) & (time <= end + AROUND)  # [batch, length, frames / 2]
    known = (begin >= 0).squeeze(-1)
    total = torch.zeros(())
    for layer, heads in GUIDED.items():
        there = (model.attention(layer, heads, heard) * right[:, None]).sum(-1)
        total = total - torch.log(there.clamp(min=1e-4)).mean(1)[known].mean()
    return total / len(GUIDED)


def losses(model: Recogniser, b: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, float]:
    """Loss of the words, of the spelling, of the guided heads; share of tokens that were right."""
    mel = b.mel
    if random.random() < 0.5:  # hide a band of frequencies (SpecAugment)
        low = random.randint(0, 65)
        mel[:, low : low + random.randint(1, 14)] = 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        heard = model.encode(mel)
        logits = model.logits(b.inputs, heard)
        letters = model.spelling(heard).float().log_softmax(-1)
        guided = guide(model, b, heard)
    targets = torch.where(b.targets >= 0, model.columns[b.targets.clamp(min=0)], b.targets)
    words = functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, label_smoothing=0.05
    )
    frames = b.frame_counts.clamp(max=letters.shape[1])
    spelling = functional.ctc_loss(letters.transpose(0, 1), b.letters, frames, b.letter_counts, zero_infinity=True)
    right = (logits.argmax(-1) == targets)[targets >= 0].float().mean().item()
    return words, spelling, guided, right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--schedule", type=json.loads, default=SCHEDULE)
    parser.add_argument("--continue-from", type=Path, help="a recogniser.pt to go on from")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    corpus = Corpus(arguments.work / "train", "train", arguments.work / "tokenizer.json")
    earlier = torch.load(arguments.continue_from, weights_only=True) if arguments.continue_from else None
    model = Recogniser(earlier["model"]["used"] if earlier else corpus.used_tokens())
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
    step = 0
    if earlier:
        model.load_state_dict(earlier["model"])
        if "optimizer" in earlier:
            optimizer.load_state_dict(earlier["optimizer"])
        step = earlier["step"]
    begun = step
    size = sum(parameter.numel() for parameter in trained) / 1e6
    print(f"{size:.1f} million parameters, {len(model.used)} of its tokens are used", flush=True)

    def save() -> None:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
        torch.save(state, arguments.work / "recogniser.pt")

    sums, since = [0.0] * 4, time.monotonic()
    for b, rate in batches(corpus, arguments.schedule, 1234 + step):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step - begun + 1) / WARM_UP)
        words, spelling, guided, right = losses(model, b)
        (words + SPELLING_WEIGHT * spelling + GUIDE_WEIGHT * guided).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        values = words.item(), spelling.item(), guided.item(), right
        sums = [total + value for total, value in zip(sums, values, strict=True)]
        if step % REPORT_EVERY == 0:
            means = [total / REPORT_EVERY for total in sums]
            pace = (time.monotonic() - since) / REPORT_EVERY
            print(
                f"step {step}: words {means[0]:.3f}, letters {means[1]:.3f}, guide {means[2]:.3f}, "
                f"{means[3]:.1%} right, {pace:.2f} s each",
                flush=True,
            )
            sums, since = [0.0] * 4, time.monotonic()
        if step % SAVE_EVERY == 0:
            save()
    save()


if __name__ == "__main__":
    main()
