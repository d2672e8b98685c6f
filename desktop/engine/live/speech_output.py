"""Spoken clauses on their way to a device: opened when it is needed, sped up when it falls behind, silenced at once.

`speak` runs on the speech model's thread; everything else on any.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Protocol

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Event, Severity, SpeechAudio
from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.spoken import spoken
from desktop.engine.speech.work import Speak

CATCH_UP_AFTER = 1.5
"""Seconds of waiting speech from which on Parley speaks faster."""
CATCH_UP_RATE = 1.18


class Output(Protocol):
    """Where speech is played: a Speaker, or a file."""

    volume: float

    def open(self) -> None: ...
    def play(self, audio: SpeechAudio) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    @property
    def queued_seconds(self) -> float: ...


MakeOutput = Callable[[str, Callable[[bool], None], Callable[[EngineError], None]], Output]
"""(output device id, called with whether sound plays, called with what went wrong) -> Output"""
Synthesize = Callable[[str, str, float], Iterator[SpeechChunk]]
"""(text, language, rate) -> its sound"""


class SpeechOutput:
    """Plays what is spoken on one device.

    synthesize: turns text into sound. emit: gets each SpeechAudio and what goes wrong with the device.
    on_playing: gets whether sound plays now, from the output's thread. lane: of the events.
    """

    def __init__(
        self,
        make: MakeOutput,
        synthesize: Synthesize,
        emit: Callable[[Event], None],
        on_playing: Callable[[bool], None],
        lane: str = "",
    ) -> None:
        self._make = make
        self._synthesize = synthesize
        self._emit = emit
        self._on_playing = on_playing
        self._lane = lane
        self._output: Output | None = None
        self._opened_id = ""
        self._wanted_id = "output:"
        self._rate = 1.0
        self._volume = 1.0
        self._stops = count(1)
        self.generation = 0
        """another one whenever everything that was asked for is to be silent"""

    @property
    def queued_seconds(self) -> float:
        """Speech that waits to be played."""
        output = self._output
        return output.queued_seconds if output else 0.0

    def configure(self, output_id: str, rate: float, volume: float) -> None:
        """From the next clause on; the volume at once."""
        self._wanted_id, self._rate, self._volume = output_id, rate, volume
        if self._output is not None:
            self._output.volume = volume

    def stop(self) -> None:
        """Silence now; what was asked for before is not spoken any more."""
        self.generation = next(self._stops)
        if self._output is not None:
            self._output.stop()

    def speak(self, work: Speak, generation: int, on_first: Callable[[], None] = lambda: None) -> None:
        """Synthesize a clause and queue its sound. generation: of this object when it was asked for. on_first: called
        when the first sound is queued. Raises what the synthesizer or the device raises."""
        if generation != self.generation or not work.text.strip():
            return
        output = self._open()
        rate = self._rate * (CATCH_UP_RATE if output.queued_seconds > CATCH_UP_AFTER else 1.0)
        for audio in spoken(work, self._synthesize(work.text, work.language, rate), self._lane):
            if generation != self.generation:
                return
            output.play(audio)
            self._emit(audio)
            if audio.text:
                on_first()

    def close(self) -> None:
        """Give the device back."""
        if self._output is not None:
            self._output.close()
        self._output = None

    def _open(self) -> Output:
        if self._output is not None and self._opened_id != self._wanted_id:
            self.close()
        if self._output is None:
            output = self._make(self._wanted_id, self._on_playing, self._report)
            output.volume = self._volume
            output.open()
            self._output, self._opened_id = output, self._wanted_id
        return self._output

    def _report(self, error: EngineError) -> None:
        self._emit(ErrorEvent(error.code, error.message, Severity.WARNING))
