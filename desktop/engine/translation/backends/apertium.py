"""Apertium, where its packages are installed: a rough translator of close languages, by rules (Forcada et al.:
"Apertium: a free/open-source platform for rule-based machine translation", 2011). On the translation thread.

It runs in programs of its own, a pipeline for each pair that stays between two texts: starting one takes as long as a
hundred sentences.
"""

import logging
import os
import select
import subprocess
import time
from collections import OrderedDict
from collections.abc import Callable

from desktop.engine.errors import BackendFailed, ModelMissing
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.models import apertium
from desktop.engine.models.apertium import Pipeline
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.takeover import Notify
from desktop.engine.translation.backends.base import TranslatorCapabilities

log = logging.getLogger(__name__)

_LOADED = 2
"""pipelines that run at a time: both directions of a conversation"""
_PATIENCE = 5.0
"""seconds for one text, and for starting"""
_SPECIAL = frozenset("\\^$/<>{}[]@~")
"""characters that mean something in Apertium's stream format"""
_END = ".[]"
"""what ends a text, so that its last word is translated like the end of a sentence"""
_UNKNOWN = "*"
"""stands before a word that it does not know"""
_MOST_UNKNOWN = 0.34
"""share of the words that may be unknown; above, the text is left as it was said"""


class ApertiumTranslator:
    """A Translator. notify: gets, once for each pair, that it is rough. pipeline: gives how a pair is translated."""

    def __init__(
        self,
        notify: Notify = lambda _: None,
        pairs: Callable[[], frozenset[tuple[str, str]]] = apertium.pairs,
        pipeline: Callable[[str, str], Pipeline | None] = apertium.pipeline,
    ) -> None:
        self.name = "Apertium (rough)"
        self.capabilities = TranslatorCapabilities(pairs(), forces_prefix=False)
        self._notify = notify
        self._pipeline = pipeline
        self._running: OrderedDict[tuple[str, str], _Running] = OrderedDict()
        self._told: set[tuple[str, str]] = set()

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Start the pair's programs (0.1-1 s). Raises ModelMissing where they are not installed."""
        progress(0.0)
        self._translated("", source, target)
        if (source, target) not in self._told:
            self._told.add((source, target))
            message = Message("translation-rough", source=source, target=target)
            self._notify(ErrorEvent("rough", message, Severity.INFO))
        progress(1.0)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        said = " ".join(text.replace("\0", " ").split())
        if not said:
            return ""
        translated = self._translated(said, source, target)
        words = translated.split()
        unknown = sum(word.lstrip("¿¡«\"'(").startswith(_UNKNOWN) for word in words) if _UNKNOWN not in said else 0
        if words and unknown / len(words) > _MOST_UNKNOWN:
            return None
        return translated.replace(_UNKNOWN, "") if unknown else translated

    def close(self) -> None:
        while self._running:
            self._running.popitem()[1].close()

    def _translated(self, text: str, source: str, target: str) -> str:
        pair = (source, target)
        running = self._running.pop(pair, None)
        if running is None or not running.is_alive:
            if running is not None:
                running.close()
            programs = self._pipeline(source, target)
            if programs is None:
                raise ModelMissing("no-translator", source=source, target=target)
            while len(self._running) >= _LOADED:
                self._running.popitem(last=False)[1].close()
            running = self._started(programs)
        try:
            translated = running.ask(_escaped(text) + _END)
        except OSError as error:
            running.close()
            log.warning("apertium ended: %s", type(error).__name__)
            raise BackendFailed("backend-stopped", name=self.name, error=type(error).__name__) from None
        self._running[pair] = running
        return _unescaped(translated.removesuffix(_END)).strip()

    def _started(self, programs: Pipeline) -> "_Running":
        try:
            return _Running(programs)
        except OSError as error:
            raise BackendFailed("backend-stopped", name=self.name, error=type(error).__name__) from None


class _Running:
    """The programs of a pipeline. Raises OSError where one cannot be started."""

    def __init__(self, programs: Pipeline) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for program in programs:
                before = self._processes[-1].stdout if self._processes else subprocess.PIPE
                process = subprocess.Popen(
                    program, stdin=before, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
                )
                if self._processes and self._processes[-1].stdout is not None:
                    self._processes[-1].stdout.close()
                self._processes.append(process)
        except OSError:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        return all(process.poll() is None for process in self._processes)

    def ask(self, text: str) -> str:
        """What comes out. Raises OSError: a program ended, or stands still."""
        entry, exit_ = self._processes[0].stdin, self._processes[-1].stdout
        assert entry is not None
        assert exit_ is not None
        # Far less than a pipe holds, so that nobody waits for somebody who reads later.
        entry.write(text.encode("utf-8", "replace") + b"\0")
        until, found = time.monotonic() + _PATIENCE, bytearray()
        while not found.endswith(b"\0"):
            ready, _, _ = select.select([exit_], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            piece = os.read(exit_.fileno(), 65536)
            if not piece:
                raise BrokenPipeError
            found += piece
        return found[:-1].decode("utf-8", "replace")

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            process.wait()
        self._processes.clear()


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)


def _unescaped(text: str) -> str:
    found, is_escaped = [], False
    for character in text:
        if character == "\\" and not is_escaped:
            is_escaped = True
            continue
        found.append(character)
        is_escaped = False
    return "".join(found)
