"""For any sequence of valid updates: committed words stay where they are, and each of them is shown."""

import math
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.engine.text.graphemes import clusters
from desktop.overlay.subtitles import Layout, SubtitleFrame, Subtitles

WORDS = st.sampled_from(
    [
        "a",
        "the",
        "to",
        "and",
        "Anna",
        "Maria",
        "station,",
        "three.",
        "¿qué?",
        "yes",
        "Donaudampfschifffahrt",
        "x" * 50,
        "東京都に行きます。",
        "مرحبا",
        "สวัสดีครับ",
        "👩‍👩‍👧‍👦",
        "é" * 3,
        "(perhaps)",
        "12",
        "km",
    ]
)
Update = TranscriptUpdate | TranslationUpdate


@dataclass(frozen=True)
class Step:
    wait: float
    update: Update


@st.composite
def scripts(draw: st.DrawFn) -> list[Step]:
    """Updates of some utterances in both languages, interleaved, some late, some twice."""
    steps: list[Step] = []
    tracks: list[list[Update]] = []
    for make in (_transcript, _translation):
        track: list[Update] = []
        for segment in range(draw(st.integers(1, 4))):
            words = draw(st.lists(WORDS, min_size=1, max_size=40))
            translated = draw(st.booleans())
            done, revision = 0, 0
            while done < len(words):
                grown = min(len(words), done + draw(st.integers(0, 8)))
                guess = " ".join(draw(st.lists(WORDS, max_size=12)))
                final = grown == len(words)
                text = " ".join(words[:grown])
                track.append(make(segment, revision, text, "" if final else guess, final, translated))
                done, revision = grown, revision + 1
                if draw(st.integers(0, 9)) == 0:
                    break  # the utterance never gets its final update
        tracks.append(track)
    while any(tracks):
        track = draw(st.sampled_from([track for track in tracks if track]))
        late = draw(st.integers(0, 9)) == 0 and len(track) > 1
        update = track.pop(1 if late else 0)
        wait = draw(st.sampled_from([0.0, 0.1, 0.3, 0.3, 1.0, 6.0]))
        steps.append(Step(wait, update))
        if draw(st.integers(0, 9)) == 0:
            steps.append(Step(0.0, update))
    return steps


def _transcript(
    segment: int, revision: int, committed: str, unconfirmed: str, final: bool, _translated: bool
) -> TranscriptUpdate:
    return TranscriptUpdate(segment, revision, "en", committed, unconfirmed, (), 0.0, 0.0, final)


def _translation(
    segment: int, revision: int, committed: str, unconfirmed: str, final: bool, translated: bool
) -> TranslationUpdate:
    return TranslationUpdate(segment, revision, "en", "ar", committed, unconfirmed, final, translated)


layouts = st.builds(
    Layout,
    width=st.integers(8, 42),
    lines=st.integers(1, 4),
    translation_first=st.booleans(),
    show_unconfirmed=st.booleans(),
    clear_after=st.sampled_from([1.0, 4.0]),
)


def frames(subtitles: Subtitles, steps: list[Step]) -> list[tuple[float, SubtitleFrame]]:
    """Every frame that a window which wakes when it should would show."""
    now = 0.0
    found: list[tuple[float, SubtitleFrame]] = []

    def wake_until(end: float) -> None:
        nonlocal now
        while (change := subtitles.next_change()) is not None and change <= end:
            now = max(now, change)
            found.append((now, subtitles.frame(now)))
            assert len(found) < 5000, "it never comes to rest"
        now = max(now, end)

    for step in steps:
        wake_until(now + step.wait)
        subtitles.update(step.update, now)
        found.append((now, subtitles.frame(now)))
    wake_until(now + 1000)
    return found


def places(frame: SubtitleFrame) -> dict[tuple[str, int], tuple[int, str]]:
    """(language, number of the line) -> how many lines above the bottom it is, and its committed text, if any."""
    found = {}
    below = frame.height
    for block in frame.blocks:
        for index, row in enumerate(block.rows):
            if row.committed:
                found[block.role, row.number] = (below - index, row.committed)
        below -= block.height
    return found


@given(scripts(), layouts)
@settings(max_examples=120, deadline=None)
def test_committed_words_only_scroll_up_by_whole_lines(steps: list[Step], layout: Layout) -> None:
    shown = [frame for _, frame in frames(Subtitles(layout), steps)]
    for earlier, later in pairwise(shown):
        before, after = places(earlier), places(later)
        if not later:
            continue  # cleared
        for line in before.keys() & after.keys():
            assert after[line][0] >= before[line][0], "a line moved down"
            assert after[line][1].startswith(before[line][1]), "a committed word changed"
        for role in ("original", "translation"):
            rises = {after[line][0] - before[line][0] for line in before.keys() & after.keys() if line[0] == role}
            assert len(rises) <= 1, "the lines of a language moved apart"
            grown = [line for line in before.keys() & after.keys() if line[0] == role]
            changed = [line for line in grown if after[line][1] != before[line][1]]
            last = max((line[1] for line in before if line[0] == role), default=-1)
            assert all(line[1] >= last for line in changed), "a word appeared elsewhere than at the end"


@given(scripts(), layouts)
@settings(max_examples=100, deadline=None)
def test_never_more_lines_than_allowed_and_none_too_long(steps: list[Step], layout: Layout) -> None:
    for _, frame in frames(Subtitles(layout), steps):
        for block in frame.blocks:
            assert len(block.rows) <= block.height <= layout.lines
            for row in block.rows:
                hanging = 2
                assert len(row.text) <= layout.width + hanging or len(clusters(row.committed + row.unconfirmed)) == 1
                assert row.text.strip()


@given(scripts(), layouts)
@settings(max_examples=120, deadline=None)
def test_every_committed_word_is_shown_and_everything_is_cleared(steps: list[Step], layout: Layout) -> None:
    shown = frames(Subtitles(layout), steps)
    lines: dict[tuple[str, int], str] = {}
    for _, frame in shown:
        for block in frame.blocks:
            for row in block.rows:
                lines[block.role, row.number] = row.committed
    for role, kind in (("original", TranscriptUpdate), ("translation", TranslationUpdate)):
        read = "".join(lines[line] for line in sorted(lines) if line[0] == role)
        newest: dict[int, Update] = {}
        order: list[str] = []
        for step in steps:
            update = step.update
            if not isinstance(update, kind):
                continue
            seen = newest.get(update.segment_id)
            if seen and update.revision <= seen.revision:
                continue
            newest[update.segment_id] = update
            order.append(update.committed[len(seen.committed) if seen else 0 :])
        assert "".join(read.split()) == "".join("".join(order).split())
    assert not shown[-1][1], "nothing is left in the end"


@given(st.lists(WORDS.filter(lambda word: len(word) < 15), min_size=20, max_size=60), st.integers(20, 42))
@settings(max_examples=50, deadline=None)
def test_at_the_pace_of_speech_a_line_is_read_and_nothing_lags(words: list[str], width: int) -> None:
    pace = 0.36
    steps = [Step(pace, _transcript(0, n, " ".join(words[: n + 1]), "", False, True)) for n in range(len(words))]
    shown = frames(Subtitles(Layout(width=width, lines=2)), steps)
    first: dict[tuple[str, int], float] = {}
    for (now, earlier), (left, later) in pairwise(shown):
        for line in places(earlier):
            first.setdefault(line, now)
        for line in places(earlier).keys() - places(later).keys():
            words_read = len(places(earlier)[line][1].split())
            assert left - first[line] >= max(1.0, 0.3 * words_read) - 1e-6
    spoken = " ".join(words)
    for now, frame in shown:
        said = " ".join(words[: round(now / pace)])
        if frame and spoken.startswith(said):
            tail = frame.text.split()[-1]
            late = len(said.split()) - len(said[: said.rfind(tail) + len(tail)].split())
            assert late * pace <= 2.0
    assert all(frame for now, frame in shown if now <= pace * len(words) + 3)


@given(st.integers(1, 400), st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_a_flood_is_shown_within_seconds(words: int, lines: int) -> None:
    subtitles = Subtitles(Layout(width=40, lines=lines, clear_after=1000))
    shown = frames(subtitles, [Step(0.0, _transcript(0, 0, " ".join(["word"] * words), "", True, True))])
    everything = [now for now, frame in shown if frame][-2 if len(shown) > 2 else -1]
    assert everything <= 2.4 * (1 + math.log(1 + words / 8))
