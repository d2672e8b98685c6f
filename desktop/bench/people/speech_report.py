"""What `parley bench speech` found out, as figures that can be saved and read again, and as tables. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desktop.bench.figures.errors import Errors, percentile, pooled
from desktop.bench.people.speech_stream import PAUSES
from desktop.bench.people.whole_files import spoken_errors
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.text.languages import language_name

FACTOR, MARGIN = 1.3, 2
"""how many errors `parley transcribe` may make beside faster-whisper: so many times as many, and so many more"""


@dataclass(frozen=True, slots=True)
class PromptResult:
    """One prompt: what was said, and what was heard in both ways."""

    name: str
    said: str
    parley: str
    plain: str


@dataclass(frozen=True, slots=True)
class StreamResult:
    """The stream of a language. Delays in seconds, computing included; cpu: processor seconds of the process."""

    seconds: float
    said: str
    heard: str
    errors: int
    words: int
    first_partial: tuple[float, ...]
    final: tuple[float, ...]
    commit: tuple[float, ...]
    cpu: float
    revisions: int
    problems: tuple[str, ...]
    committed: str = ""
    """what was shown while it was spoken; `heard` is what is kept of it"""
    committed_errors: int = 0
    differing: int = 0
    """utterances in which both differ"""
    utterances: int = 0
    erasure: float = 0.0
    """words that were shown and taken back, for each word of the final text"""
    memory: float = 0.0
    """largest resident set of the process, MB"""


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """Everything about a language. credit: who speaks, and on which terms. fast: live with the preset "fast"."""

    language: str
    credit: str
    lines: tuple[PromptResult, ...]
    live: StreamResult | None
    fast: StreamResult | None = None

    @property
    def parley(self) -> Errors:
        return pooled(spoken_errors(one.said, one.parley) for one in self.lines)

    @property
    def plain(self) -> Errors:
        return pooled(spoken_errors(one.said, one.plain) for one in self.lines)

    @property
    def limit(self) -> float:
        """Errors that `parley transcribe` may make."""
        return FACTOR * self.plain.count + MARGIN

    @property
    def holds(self) -> bool:
        """Whether `parley transcribe` is as good as faster-whisper, within the limit."""
        return self.parley.count <= self.limit

    @classmethod
    def of(cls, record: dict[str, Any]) -> "LanguageFigures":
        """From its record. Raises KeyError, TypeError."""
        names = ("name", "said", "parley", "plain")
        lines = tuple(PromptResult(*(one[name] for name in names)) for one in record["lines"])
        live, fast = (_stream_of(record.get(kind)) for kind in ("live", "fast"))
        return cls(record["language"], record["credit"], lines, live, fast)

    @property
    def record(self) -> dict[str, Any]:
        """As JSON has it, with the errors of each prompt."""
        lines = [
            {
                **asdict(one),
                "parley_errors": spoken_errors(one.said, one.parley).count,
                "plain_errors": spoken_errors(one.said, one.plain).count,
                "words": spoken_errors(one.said, one.plain).words,
            }
            for one in self.lines
        ]
        streams = {"live": _record_of(self.live), "fast": _record_of(self.fast)}
        return {"language": self.language, "credit": self.credit, "lines": lines, **streams}


def _stream_of(record: dict[str, Any] | None) -> StreamResult | None:
    if record is None:
        return None
    parts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    return StreamResult(**parts)


def _record_of(stream: StreamResult | None) -> dict[str, Any] | None:
    return None if stream is None else {key: _rounded(value) for key, value in asdict(stream).items()}


_NOTES = (
    "Announcements of telephone systems, read in a studio, at 16 kHz in G.722, from Debian's packages "
    "asterisk-core-sounds: 5 to 30 words, no digits, brackets or unfinished sentences, in the order of the SHA-256 of "
    "their names. A few name a key by its sign (* or #), which is read out: these words count as errors of both.",
    "The language is given. Words are compared without case, punctuation and accents.",
    "faster-whisper: WhisperModel.transcribe on each file with beam 5 and its defaults, in the number format in which "
    "the model is stored where the processor has it. Limit: {factor:g} times its errors, and {margin} more.",
)
_LIVE_NOTE = (
    "Live: the same prompts with {least:g} to {most:g} s of silence between them, in real time, recognition alone. "
    "First text: from the onset of speech. Final: from the last sound of an utterance to its final text. Commit: from "
    "the end of a word, as faster-whisper aligns it, to its commitment. WER: of the text that is kept; as shown: of "
    "the words as they were committed; differ: utterances in which both are not the same. Erasure: words that were "
    "shown and taken back, for each word of the final text. Memory, processor: of the engine's whole process; seconds "
    "of one core for each second of audio."
)
_DELAYS = ("first_partial", "final", "commit")


def report(
    about: dict[str, Any], about_run: dict[str, Any], everything: Sequence[LanguageFigures], notes: Sequence[str] = ()
) -> Report:
    """The tables of the languages that are done."""
    heard = [(one.language, one.live) for one in everything if one.live is not None]
    fast = [(one.language, one.fast) for one in everything if one.fast is not None]
    tables = [_whole(everything)]
    tables += [_live(some, title) for some, title in ((heard, "Live"), (fast, 'Live, preset "fast"')) if some]
    problems = [
        f"{language_name(language)}: {problem}" for language, stream in (*heard, *fast) for problem in stream.problems
    ]
    names = tuple(language_name(one.language) for one in everything)
    speakers = "; ".join(f"{language_name(one.language)}: {one.credit}" for one in everything)
    model = about_run["model"]
    return Report(
        kind="speech",
        title=f"{model} on recordings of people, {about_run['prompts']} of each language "
        f"(of the {about_run['half']} half).",
        machine=about,
        tables=tuple(tables),
        notes=(
            *(note.format(factor=FACTOR, margin=MARGIN) for note in _NOTES),
            *([_LIVE_NOTE.format(least=PAUSES[0], most=PAUSES[1])] if heard else ()),
            f"Parley's recogniser ran on: {about_run['parley_runs_on']}.",
            f"Speakers: {speakers}.",
            *notes,
            *problems,
        ),
        checks=tuple(
            Check(
                f"Word errors of transcribe, {language_name(one.language)}",
                float(one.parley.count),
                one.limit,
            )
            for one in everything
        ),
        charts=(
            Chart(
                "bars",
                "Word error rate",
                "per cent",
                "",
                (
                    Series("faster-whisper", names, tuple(100 * one.plain.rate for one in everything)),
                    Series("parley transcribe", names, tuple(100 * one.parley.rate for one in everything)),
                ),
            ),
        ),
        data={**about_run, "languages": [one.record for one in everything]},
    )


def _whole(everything: Sequence[LanguageFigures]) -> Table:
    columns = ("Language", "Prompts", "Words", "transcribe", "WER", "faster-whisper", "WER", "Ratio")
    rows = [_row(language_name(one.language), len(one.lines), one.parley, one.plain) for one in everything]
    if len(everything) > 1:
        parley, plain = pooled(one.parley for one in everything), pooled(one.plain for one in everything)
        rows.append(_row("all", sum(len(one.lines) for one in everything), parley, plain))
    return Table(columns, tuple(rows), "Whole files, word errors")


def _row(name: str, prompts: int, parley: Errors, plain: Errors) -> tuple[str, ...]:
    ratio = f"{parley.count / plain.count:.2f}" if plain.count else "–"
    counts = (f"{parley.count}", f"{parley.rate:.1%}", f"{plain.count}", f"{plain.rate:.1%}")
    return (name, str(prompts), str(plain.words), *counts, ratio)


def _live(heard: Sequence[tuple[str, StreamResult]], title: str) -> Table:
    delays_of = ("First text p50", "p95", "Final p50", "p95", "Commit p50", "p95")
    columns = ("Language", "Audio", "Words", "WER", "as shown", *delays_of, "Differ", "Erasure", "Memory", "Processor")
    rows = []
    for language, live in heard:
        delays = [_percentile(getattr(live, name), percent) for name in _DELAYS for percent in (50, 95)]
        name = language_name(language)
        rate = f"{live.errors / live.words:.1%}"
        shown = f"{live.committed_errors / live.words:.1%}" if live.committed else "–"
        differing = f"{live.differing} of {live.utterances}" if live.utterances else "–"
        cost = f"{live.cpu / live.seconds:.2f}"
        erased, memory = f"{live.erasure:.2f}", f"{live.memory:.0f} MB" if live.memory else "–"
        words = str(live.words)
        row = (name, f"{live.seconds:.0f} s", words, rate, shown, *delays, differing, erased, memory, cost)
        rows.append(row)
    return Table(columns, tuple(rows), title)


def _percentile(values: Sequence[float], percent: float) -> str:
    return f"{percentile(values, percent):.2f} s" if values else "–"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    return [round(one, 4) if isinstance(one, float) else one for one in value] if isinstance(value, tuple) else value
