"""Live translation: what is committed, and that it only grows."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.engine.message import verbatim
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.text.sentences import split
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.incremental import continued, safe_beginning, steady
from tests.driven import DrivenTranslator
from tests.fakes import FakeSpeechTranslator


class FickleTranslator:
    """Changes its mind with every word: as a real model it guesses how the sentence goes on, loops, and puts
    words in another order. Honours the prefix, except for every `careless`-th text."""

    name = "fickle"

    def __init__(self, target: str = "es", *, forces_prefix: bool = True, careless: int = 0) -> None:
        self.capabilities = TranslatorCapabilities(frozenset({("en", target), ("zh", target)}), forces_prefix)
        self.calls: list[tuple[str, str, bool]] = []
        self.fails = False
        self._careless = careless

    def load(self, source: str, target: str, progress: Progress) -> None:
        progress(1.0)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str:
        if self.fails:
            raise BackendFailed(verbatim("It failed; try again."), recoverable=True)
        self.calls.append((text, prefix, is_final))
        chance = zlib.crc32(text.encode())
        words = [word.upper() for word in text.split()]
        if not is_final and chance % 3 == 0:
            words = words[1:] + words[:1]
        if not is_final and chance % 5 == 0:
            words += ["GUESS"] * 6
        if self._careless and chance % self._careless == 0:
            return " ".join(words)
        return " ".join([*prefix.split(), *words[len(prefix.split()) :]])

    def close(self) -> None:
        pass


class DictionaryTranslator(FickleTranslator):
    """Translates word by word, in order, without doubts."""

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str:
        self.calls.append((text, prefix, is_final))
        return text.upper()


def update(
    committed: str, unconfirmed: str = "", *, is_final: bool = False, language: str = "en", segment: int = 1
) -> TranscriptUpdate:
    return TranscriptUpdate(segment, 1, language, committed, unconfirmed, (), 0.0, 1.0, is_final)


WORDS = st.text(alphabet=st.sampled_from('abC1 .?…,。\n😀你"-'), max_size=14)


@given(
    st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=10),
    st.sampled_from(["en", "es", "fr", "zh"]),
    st.sampled_from(["es", "zh", "en", ""]),
    st.booleans(),
    st.sampled_from([0, 2]),
    st.booleans(),
)
@settings(max_examples=300)
def test_the_committed_translation_only_grows(
    steps: list[tuple[str, str]], language: str, target: str, forces: bool, careless: int, loses: bool
) -> None:
    translator = FickleTranslator(target, forces_prefix=forces, careless=careless)
    live = DrivenTranslator(translator, target)
    committed, shown = "", ""
    for index, (more, tail) in enumerate(steps):
        committed = f"{committed} {more}".strip()
        if loses and index == len(steps) // 2:
            live.configure(None, target)
        result = live.update(update(committed, tail, language=language, is_final=index == len(steps) - 1))
        assert result.committed.startswith(shown)
        shown = result.committed
    assert result.is_final
    assert result.unconfirmed == ""


@given(
    st.lists(st.sampled_from(["one", "two", "three", "end.", "so,"]), min_size=4, max_size=30),
    st.lists(st.integers(1, 3), min_size=4, max_size=30),
    st.integers(0, 3),
    st.integers(1, 4),
)
@settings(max_examples=200)
def test_what_is_committed_early_stays(words: list[str], steps: list[int], lag: int, careless: int) -> None:
    """As in speech: a few words more each time. The translator ignores the prefix now and then."""
    live = DrivenTranslator(FickleTranslator(careless=careless), "es")
    shown, heard = "", 0
    for step in [*steps, len(words)]:
        heard = min(len(words), heard + step)
        certain = len(words) if step == len(words) else max(0, heard - lag)
        heard = max(heard, certain)
        tail = " ".join(words[certain:heard])
        result = live.update(update(" ".join(words[:certain]), tail, is_final=certain == len(words)))
        assert result.committed.startswith(shown)
        shown = result.committed
        if result.is_final:
            return
    raise AssertionError("no final came")


def test_a_transcript_that_takes_words_back_loses_no_translation() -> None:
    live = DrivenTranslator(DictionaryTranslator(), "es")
    words = ["the", "red", "house", "is", "near", "the", "old", "bridge"]
    for count in range(1, 9):
        before = live.update(update(" ".join(words[:count])))
    assert before.committed == "THE RED HOUSE IS"
    assert live.update(update("", is_final=True)).committed == "THE RED HOUSE IS"


def test_a_finished_sentence_is_translated_once_and_with_care() -> None:
    translator = FickleTranslator()
    live = DrivenTranslator(translator, "es")
    result = live.update(update("The house is big. The dog"))
    assert result.committed == "THE HOUSE IS BIG."
    live.update(update("The house is big. The dog sleeps here"))
    last = live.update(update("The house is big. The dog sleeps here.", is_final=True))
    assert last.committed == "THE HOUSE IS BIG. THE DOG SLEEPS HERE."
    assert [call for call in translator.calls if call[2]] == [
        ("The house is big.", "", True),
        ("The dog sleeps here.", "", True),
    ]


def test_a_running_sentence_is_committed_once_three_translations_agree() -> None:
    live = DrivenTranslator(DictionaryTranslator(), "es")
    words = ["the", "red", "house", "is", "near", "the", "old", "bridge"]
    committed = [live.update(update(" ".join(words[:count]))).committed for count in range(1, len(words) + 1)]
    assert committed[:4] == ["", "", "", ""]
    assert committed[4:] == ["THE", "THE RED", "THE RED HOUSE", "THE RED HOUSE IS"]


WRITTEN = st.lists(st.sampled_from(["la", "casa", "es", "una"]), max_size=6).map(" ".join)


@given(WRITTEN, WRITTEN, WRITTEN)
def test_what_is_shown_was_said_by_the_last_guess_and_replaced_only_by_two(shown: str, before: str, now: str) -> None:
    result = steady(shown, before, now, "es").split()
    assert result == before.split()[: len(result)]
    if before.split()[: len(shown.split())] == shown.split():
        assert result[: len(shown.split())] == shown.split()
    else:
        assert result == now.split()[: len(result)]


def test_a_guess_that_takes_back_what_is_shown_has_to_come_twice() -> None:
    assert steady("la casa", "la casa es", "una casa es", "es") == "la casa"
    assert steady("la casa", "una casa es", "una casa es grande", "es") == "una casa es"
    assert steady("", "la casa", "la casa es", "es") == "la casa"


def test_agreement_needs_new_source() -> None:
    live = DrivenTranslator(DictionaryTranslator(), "es")
    for _ in range(5):
        result = live.update(update("the red house is near the", "old bridge"))
    assert result.committed == ""
    assert result.unconfirmed


def test_an_unchanged_text_is_not_translated_again() -> None:
    translator = FickleTranslator()
    live = DrivenTranslator(translator, "es")
    live.update(update("the house is", "very big"))
    first = live.update(update("the house is", "very big"))
    calls = len(translator.calls)
    live.configure(translator, "es")
    again = live.update(update("the house is", "very big"))
    assert len(translator.calls) == calls
    assert (again.committed, again.unconfirmed) == (first.committed, first.unconfirmed)
    assert again.revision > first.revision


def test_safe_beginning() -> None:
    assert safe_beginning(["a b c d", "a b c d"], 9, "es") == ""
    assert safe_beginning(["a b c d", "a b c d", "a b c d"], 9, "es") == "a b"
    assert safe_beginning(["a x c d e", "a b c d e", "a b c d e"], 9, "es") == "a"
    assert safe_beginning(["a b c d e f", "a b c d e f", "a b c d e f"], 3, "es") == "a"
    assert safe_beginning(["我们去学校吧"] * 3, 9, "zh") == "我们"
    assert safe_beginning(["", "", ""], 9, "es") == ""


def test_the_language_that_is_wanted_passes_without_work() -> None:
    translator = FickleTranslator()
    live = DrivenTranslator(translator, "es")
    result = live.update(update("Hola, ¿qué", "tal?", language="es"))
    assert (result.committed, result.unconfirmed, result.is_translated) == ("Hola, ¿qué", "tal?", True)
    result = live.update(update("Hola, ¿qué tal?", language="es", is_final=True))
    assert (result.committed, result.is_final) == ("Hola, ¿qué tal?", True)
    assert not translator.calls


@pytest.mark.parametrize("translator", [None, FickleTranslator()])
def test_a_pair_that_is_missing_shows_the_original(translator: FickleTranslator | None) -> None:
    live = DrivenTranslator(translator, "es")
    result = live.update(update("Bonjour tout", "le monde", language="fr"))
    assert result == TranslationUpdate(1, 1, "fr", "es", "Bonjour tout", "le monde", False, is_translated=False)


def test_a_failure_changes_nothing_and_the_line_can_be_shown_untranslated() -> None:
    translator = FickleTranslator()
    live = DrivenTranslator(translator, "es")
    live.update(update("The house is big. The dog"))
    translator.fails = True
    with pytest.raises(BackendFailed):
        live.update(update("The house is big. The dog sleeps.", is_final=True))
    live.configure(None, "es")
    result = live.update(update("The house is big. The dog sleeps.", is_final=True))
    assert (result.committed, result.is_translated) == ("THE HOUSE IS BIG. The dog sleeps.", False)


def test_another_target_starts_the_segment_again() -> None:
    live = DrivenTranslator(FickleTranslator(), "es")
    first = live.update(update("The house is big. The"))
    live.configure(FickleTranslator("zh"), "zh")
    second = live.update(update("The house is big. The dog."))
    assert (second.target_language, second.committed) == ("zh", "THE HOUSE IS BIG.THE DOG.")
    assert second.revision > first.revision


def test_what_comes_after_the_end_is_ignored() -> None:
    live = DrivenTranslator(FickleTranslator(), "es")
    last = live.update(update("The house.", is_final=True))
    assert live.update(update("The house. And more", is_final=True)) == last


@pytest.mark.parametrize("text", ["", "...", "😀", "\n \n", "¿?", "你好。", "word " * 400])
@pytest.mark.parametrize("is_final", [False, True])
def test_odd_text(text: str, is_final: bool) -> None:
    result = DrivenTranslator(FickleTranslator(), "es").update(update("", text, is_final=is_final))
    assert result.is_final is is_final
    if is_final:
        assert result.committed.split() == [word.upper() for word in text.split()]


# From the sound.

SOUND = np.zeros(160, np.float32)


def test_what_is_heard_is_translated_at_its_end() -> None:
    live = DrivenTranslator(FakeSpeechTranslator(), "en")
    running = update("hola", "amigo", language="es")
    assert live.awaits_end(running)
    assert live.update(running).committed == live.update(running).unconfirmed == ""
    last = update("hola amigo", is_final=True, language="es")
    assert not live.awaits_end(last)
    result = live.update(last, SOUND)
    assert (result.committed, result.is_final, result.is_translated) == ("160 samples of es", True, True)
    assert live.update(last) == result


def test_text_without_sound_stays_as_it_is() -> None:
    live = DrivenTranslator(FakeSpeechTranslator(), "en")
    result = live.update(update("hola amigo", is_final=True, language="es"))
    assert (result.committed, result.is_translated) == ("hola amigo", False)


def test_the_sound_is_of_no_interest_where_text_is_translated() -> None:
    live = DrivenTranslator(DictionaryTranslator("es"), "es")
    assert not live.awaits_end(update("one two"))
    assert live.update(update("one two.", is_final=True), SOUND).committed == "ONE TWO."
    other = DrivenTranslator(FakeSpeechTranslator(), "en")
    assert other.update(update("one two.", is_final=True), SOUND).committed == "one two."
    assert other.update(update("un deux.", is_final=True, language="fr", segment=2), SOUND).committed == "un deux."


def test_what_another_translator_committed_stays_the_beginning() -> None:
    reader = FickleTranslator("en")
    reader.capabilities = TranslatorCapabilities(frozenset({("es", "en")}), forces_prefix=True)
    live = DrivenTranslator(reader, "en")
    live.update(update("Uno dos. Tres", language="es"))
    before = live.update(update("Uno dos. Tres cuatro", language="es")).committed
    assert before == "UNO DOS."
    live.configure(FakeSpeechTranslator(), "en")
    result = live.update(update("Uno dos. Tres cuatro", is_final=True, language="es"), SOUND)
    assert result.committed == "UNO DOS. of es"


def test_a_failure_to_hear_changes_nothing() -> None:
    translator = FakeSpeechTranslator()
    live = DrivenTranslator(translator, "en")
    translator.fails = True
    last = update("hola", is_final=True, language="es")
    with pytest.raises(EngineError):
        live.update(last, SOUND)
    translator.fails = False
    assert live.update(last, SOUND).committed == "160 samples of es"


def test_what_was_recognised_is_handed_over_with_the_sound() -> None:
    translator = FakeSpeechTranslator()
    live = DrivenTranslator(translator, "en")
    live.update(update("hola", "amigo", is_final=True, language="es"), SOUND)
    assert translator.transcripts == ["hola amigo"]


def test_an_utterance_that_could_not_be_translated_stays_as_it_was_said() -> None:
    live = DrivenTranslator(FakeSpeechTranslator(), "en")
    result = live.update(update("unknown palabra", is_final=True, language="es"), SOUND)
    assert (result.committed, result.is_translated, result.is_final) == ("unknown palabra", False, True)


def test_a_text_without_sound_goes_to_what_reads() -> None:
    translator = BookTranslator("en")
    pair = frozenset({("es", "en")})
    translator.capabilities = TranslatorCapabilities(pair, forces_prefix=True, hears=pair, reads=pair)
    live = DrivenTranslator(translator, "en")
    result = live.update(update("Known words.", is_final=True, language="es"))
    assert (result.committed, result.is_translated) == ("KNOWN WORDS.", True)
    result = live.update(update("other words.", is_final=True, language="es", segment=2))
    assert (result.committed, result.is_translated) == ("other words.", False)


# A phrasebook.


class BookTranslator(DictionaryTranslator):
    """Knows sentences that begin with "Known" and have no "But"."""

    def __init__(self, target: str = "es") -> None:
        super().__init__(target)
        pairs = self.capabilities.pairs
        self.capabilities = TranslatorCapabilities(pairs, forces_prefix=True, phrasebook=pairs)

    def translate(  # type: ignore[override]  # it need not know a text
        self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True
    ) -> str | None:
        self.calls.append((text, prefix, is_final))
        return text.upper() if text.startswith("Known") and "But" not in text.split() else None


def test_what_a_phrasebook_does_not_know_stays_as_it_was_said() -> None:
    result = DrivenTranslator(BookTranslator(), "es").update(update("Another sentence.", is_final=True))
    assert result == TranslationUpdate(1, 1, "en", "es", "Another sentence.", "", True, is_translated=False)


def test_one_unknown_sentence_marks_the_utterance_from_then_on() -> None:
    live = DrivenTranslator(BookTranslator(), "es")
    first = live.update(update("Known house. Another"))
    assert (first.committed, first.unconfirmed, first.is_translated) == ("KNOWN HOUSE.", "", True)
    second = live.update(update("Known house. Another dog. Known"))
    assert (second.committed, second.is_translated) == ("KNOWN HOUSE. Another dog.", False)
    last = live.update(update("Known house. Another dog. Known cat.", is_final=True))
    assert (last.committed, last.is_translated) == ("KNOWN HOUSE. Another dog. KNOWN CAT.", False)


BOOK_WORDS = st.lists(st.sampled_from(["Known", "House", "But", "Red.", "The", "Dog?"]), min_size=1, max_size=14)


@given(BOOK_WORDS, st.integers(0, 3))
def test_nothing_of_a_sentence_is_committed_that_its_end_makes_unknown(words: list[str], lag: int) -> None:
    """Word by word: what is committed is a row of whole sentences, each as the phrasebook has it or as it was said,
    and an update is translated as long as all of them are known."""
    translator = BookTranslator()
    live = DrivenTranslator(translator, "es")
    for heard in range(1, len(words) + 2):
        is_final = heard > len(words)
        certain = " ".join(words[: len(words) if is_final else max(0, heard - lag)])
        tail = "" if is_final else " ".join(words[max(0, heard - lag) : heard])
        result = live.update(update(certain, tail, is_final=is_final))
        pieces = split(certain, "en")
        made = [translator.translate(piece, "en", "es") for piece in pieces]
        shown = [text if text is not None else piece for piece, text in zip(pieces, made, strict=True)]
        allowed = [" ".join(shown[:count]) for count in range(len(pieces) + 1)]
        assert result.committed in allowed
        count = allowed.index(result.committed)
        assert result.is_translated == all(text is not None for text in made[:count])
        assert not is_final or count == len(pieces)
        assert all(prefix == "" for _, prefix, _ in translator.calls)


@given(WORDS, WORDS, st.sampled_from(["en", "zh"]))
def test_continued_begins_as_it_must(beginning: str, text: str, target: str) -> None:
    assert continued(beginning, text, target).startswith(beginning.rstrip())
    assert continued("", text, target) == text
