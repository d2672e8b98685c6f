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
    [3000, [300, 500, 1000, 1500, 1500], 24, 5e-4, 1.5e-4],
    [800, [300, 1500, 2200, 3000], 14, 1.5e-4, 2e-5],
]
SPELLING_WEIGHT, WARM_UP, REPORT_EVERY, SAVE_EVERY = 0.4, 200, 25, 250


def batches(corpus: Corpus, schedule: list, seed: int) -> Iterator[tuple[Batch, float]]:
    """Batches with their learning rate, made ahead on a thread of their own."""
    ready: queue.Queue[tuple[Batch, float] | None] = queue.Queue(8)

    def make() -> None:
        r = random.Random(seed)
        for steps, windows, size, first_rate, last_rate in schedule:
            for step in range(steps):
                frames = r.choice(windows)
                fitting = max(4, size * min(windows) // frames)
                ready.put((batch(corpus, r, frames, fitting), first_rate + (last_rate - first_rate) * step / steps))
        ready.put(None)

    threading.Thread(target=make, daemon=True).start()
    yield from iter(ready.get, None)


def losses(model: Recogniser, b: Batch) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Loss of the words, loss of the spelling, share of tokens that were right."""
    mel = b.mel
    if random.random() < 0.5:  # hide a band of frequencies (SpecAugment)
        low = random.randint(0, 65)
        mel[:, low : low + random.randint(1, 14)] = 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        heard = model.encode(mel)
        logits = model.logits(b.inputs, heard)
        letters = model.spelling(heard).float().log_softmax(-1)
    targets = torch.where(b.targets >= 0, model.columns[b.targets.clamp(min=0)], b.targets)
    words = functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, label_smoothing=0.05
    )
    frames = b.frame_counts.clamp(max=letters.shape[1])
    spelling = functional.ctc_loss(letters.transpose(0, 1), b.letters, frames, b.letter_counts, zero_infinity=True)
    right = (logits.argmax(-1) == targets)[targets >= 0].float().mean().item()
    return words, spelling, right


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
        optimizer.load_state_dict(earlier["optimizer"])
        step = earlier["step"]
    size = sum(parameter.numel() for parameter in trained) / 1e6
    print(f"{size:.1f} million parameters, {len(model.used)} of its tokens are used", flush=True)

    def save() -> None:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
        torch.save(state, arguments.work / "recogniser.pt")

    sums, since = [0.0, 0.0, 0.0], time.monotonic()
    for b, rate in batches(corpus, arguments.schedule, 1234 + step):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / WARM_UP)
        words, spelling, right = losses(model, b)
        (words + SPELLING_WEIGHT * spelling).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        sums = [total + value for total, value in zip(sums, (words.item(), spelling.item(), right), strict=True)]
        if step % REPORT_EVERY == 0:
            means = [total / REPORT_EVERY for total in sums]
            pace = (time.monotonic() - since) / REPORT_EVERY
            print(
                f"step {step}: words {means[0]:.3f}, letters {means[1]:.3f}, {means[2]:.1%} right, {pace:.2f} s each",
                flush=True,
            )
            sums, since = [0.0, 0.0, 0.0], time.monotonic()
        if step % SAVE_EVERY == 0:
            save()
    save()


if __name__ == "__main__":
    main()
