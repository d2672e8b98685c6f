"""One live run of the engine over recordings: what was said, heard and shown, how long it took, what it cost.

The recordings are pushed in real time. `run_in_new_process` does it in a process of its own, so that processor time
and memory are those of this run alone; only `recorded` runs there. The engine runs on its own threads, the rest on the
main one.
"""

import importlib
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.bench.figures.delays import delays
from desktop.bench.figures.erasure import Erasure, erasure, revisions
from desktop.bench.live.harness import Rig
from desktop.bench.live.parts import TimedRecognizer, backends
from desktop.bench.live.peak_memory import peak_memory as peak_of
from desktop.bench.live.real_time import real_time_factor
from desktop.bench.live.script import Recording, group_of, recordings
from desktop.bench.live.shadow import put_beside
from desktop.engine.errors import EngineError
from desktop.engine.events import Event, TranscriptUpdate, TranslationUpdate
from desktop.engine.message import verbatim
from desktop.engine.text.languages import join_words
from desktop.engine.transcript.export import Transcript
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Settings and recordings of one live run; picklable, because it runs in another process."""

    settings: dict[str, Any]
    """all of them, as JSON has them"""
    files: tuple[str, ...]
    """names of test recordings, in the order in which they are heard"""
    is_translated: bool = False
    """into the other language of the test set"""
    without: tuple[str, ...] = ()
    """ideas of the streaming core to leave out, see `parts.WITHOUT`"""
    shadow: str = ""
    """directory of a random model that works along with the real one, see `peers.shadow`; empty: none"""
    is_read_fast: bool = False
    """read the first recording once more, as fast as it goes"""
    folder: str = ""
    """where the recordings and their manifest lie; empty: the test set"""


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What one recording of a run gave: texts, delays in seconds, processor time, words taken back."""

    file: str
    language: str
    seconds: float
    said: str
    heard: str
    translation: str
    cpu: float
    """processor seconds of the whole process"""
    shown: Erasure
    shown_translation: Erasure
    first_partial: tuple[float, ...]
    """seconds, as all delays with computing included; one for each utterance"""
    final: tuple[float, ...]
    commit: tuple[float, ...]
    """one for each word that was recognised"""
    missed: int
    """sentences without any text"""
    committed: str = ""
    """what was shown and spoken; `heard` is what is kept (`TranscriptUpdate.final_text`)"""
    differing: int = 0
    """utterances in which both differ"""
    utterances: int = 0

    @property
    def group(self) -> str:
        return group_of(self.file)


@dataclass(frozen=True, slots=True)
class LiveRun:
    """Results of one process: its recordings, processor time, memory."""

    takes: tuple[RecordingResult, ...]
    revisions: int
    """changes of committed source text"""
    translation_revisions: int
    decodes: int
    busy: float
    """seconds that the recogniser ran"""
    peak_memory: float
    """largest resident set of the process, MB"""
    real_time_factor: float | None
    """seconds for each second of a file that is read as fast as it goes; None: not asked for"""
    disturbed: tuple[str, ...]
    """recordings that were heard with gaps, because the machine was busy"""
    errors: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Of audio."""
        return sum(one.seconds for one in self.takes)

    @property
    def cpu(self) -> float:
        return sum(one.cpu for one in self.takes)


def run_in_new_process(specs: Sequence[RunSpec]) -> tuple[LiveRun, ...]:
    """Each job in a new process, one after the other. Raises EngineError."""
    results = []
    context = multiprocessing.get_context("spawn")
    for spec in specs:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            try:
                found = pool.submit(recorded, spec).result()
            except BrokenProcessPool as error:
                raise EngineError(verbatim("A measurement ended without a result; was there enough memory?")) from error
        if isinstance(found, str):
            raise EngineError(verbatim(found))
        results.append(found)
    return tuple(results)


def recorded(spec: RunSpec) -> LiveRun | str:
    """Run a job in this process, which is spoilt for others by it; a sentence if it cannot be run."""
    try:
        everything = recordings(Path(spec.folder)) if spec.folder else recordings()
        wanted = {one.path.name: one for one in everything}
        if spec.shadow:
            put_beside(importlib.import_module("ctranslate2"), spec.shadow)
        return run(Settings(**spec.settings), [wanted[name] for name in spec.files], spec)
    except EngineError as error:  # an EngineError does not travel between processes
        return text_of(error)


def run(settings: Settings, everything: Sequence[Recording], spec: RunSpec) -> LiveRun:
    """Hear the recordings, a session for each language. Raises EngineError."""
    timed: list[TimedRecognizer] = []
    takes: list[RecordingResult] = []
    revised = translation_revised = 0
    disturbed: list[str] = []
    errors: list[str] = []
    for language in dict.fromkeys(one.language for one in everything):
        target = ("es" if language == "en" else "en") if spec.is_translated else ""
        live = changed(
            settings,
            {"recognition.language": language, "translation.target": target, "speech.enabled": False},
        )
        with Rig(live, None, backends(spec.without, timed), lambda: any(one.is_running for one in timed)) as rig:
            for one in everything:
                if one.language == language:
                    takes.append(_take(rig, one, target))
            events = [event for _, event in rig.timeline.events]
            revised += _revisions(events, TranscriptUpdate)
            translation_revised += _revisions(events, TranslationUpdate)
            disturbed += rig.disturbed
            errors += rig.errors
    memory = peak_memory()
    first = everything[0]
    return LiveRun(
        takes=tuple(takes),
        revisions=revised,
        translation_revisions=translation_revised,
        decodes=sum(one.decodes for one in timed),
        busy=sum(one.seconds for one in timed),
        peak_memory=memory,
        real_time_factor=real_time_factor(settings, first.path, first.language) if spec.is_read_fast else None,
        disturbed=tuple(disturbed),
        errors=tuple(errors),
    )


def peak_memory() -> float:
    """Largest resident set of this process so far, MB."""
    import psutil

    return peak_of(psutil.Process()) / 1e6


def run_spec(settings: Settings, everything: Sequence[Recording], **parts: Any) -> RunSpec:
    """A job as it travels to another process. No other recogniser may step in when Whisper fails or is slow."""
    settings = changed(settings, {"recognition.backend": "whisper", "recognition.may_lower_model": False})
    return RunSpec(settings.model_dump(mode="json"), tuple(one.path.name for one in everything), **parts)


def _take(rig: Rig, one: Recording, target: str) -> RecordingResult:
    """Let the engine hear a recording."""
    rig.transcript = Transcript()
    first = len(rig.timeline.events)
    began = time.process_time()
    script = rig.play(one)
    spent = time.process_time() - began
    found = delays(script, rig.timeline)
    news = [event for _, event in rig.timeline.events[first:]]
    utterances = rig.transcript.utterances()
    finals = [event for event in news if isinstance(event, TranscriptUpdate) and event.is_final]
    return RecordingResult(
        file=one.path.name,
        language=one.language,
        seconds=one.seconds,
        said=one.text,
        heard=" ".join(said.text for said in utterances),
        translation=" ".join(said.translation for said in utterances),
        cpu=spent,
        shown=_shown(news, TranscriptUpdate, one.language),
        shown_translation=_shown(news, TranslationUpdate, target) if target else Erasure(),
        first_partial=found.first_partial,
        final=found.final,
        commit=found.commit,
        missed=found.missed,
        committed=" ".join(one.committed for one in finals),
        differing=sum(one.final_text != one.committed for one in finals),
        utterances=len(finals),
    )


def _shown(events: Sequence[Event], kind: type[TranscriptUpdate] | type[TranslationUpdate], language: str) -> Erasure:
    """Of all utterances: committed and unconfirmed text as a reader sees it."""
    texts: dict[int, list[str]] = {}
    for one in events:
        if isinstance(one, kind):
            texts.setdefault(one.segment_id, []).append(join_words(one.committed, one.unconfirmed, language))
    return sum((erasure(shown, language) for shown in texts.values()), Erasure())


def _revisions(events: Sequence[Event], kind: type[TranscriptUpdate] | type[TranslationUpdate]) -> int:
    texts: dict[int, list[str]] = {}
    for one in events:
        if isinstance(one, kind):
            texts.setdefault(one.segment_id, []).append(one.committed)
    return sum(revisions(committed) for committed in texts.values())
