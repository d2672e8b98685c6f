"""The translation stage with the starter packages: what is passed on, and what the user is told."""

from dataclasses import replace

import pytest

from desktop.engine.events import ErrorEvent, Event, Severity, TranscriptUpdate, TranslationUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.pool.translation import TranslationModel
from desktop.engine.speech.clauses import ClauseReader
from desktop.engine.transcript.export import Format, Transcript, rendered
from desktop.engine.translation.backends.argos import ArgosTranslator
from desktop.engine.translation.translation import Transcribed, Translation
from desktop.messages import text_of
from tests.driven import answered

NOTICE = "From English to Spanish only a phrasebook of about 400 words is installed; other sentences stay untranslated."


class Desk:
    """A session's translation and the shared translator, whose work is done at once, on this thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.failures: list[Exception] = []
        options = SessionOptions(target="es")
        self.model = TranslationModel(ArgosTranslator, self.tell)
        self.translation = Translation(options, self.tell, self.tell, self.failures.append)

    def tell(self, event: Event) -> None:
        self.events.append(event)

    def say(self, text: str, segment: int = 1, *, is_final: bool = True) -> None:
        update = TranscriptUpdate(segment, len(self.events), "en", text, "", (), 0.0, 1.0, is_final)
        self.events.append(update)
        answered(self.translation.handle(Transcribed(update)), self.model.run)
        assert not self.failures

    @property
    def warnings(self) -> list[ErrorEvent]:
        return [event for event in self.events if isinstance(event, ErrorEvent)]

    @property
    def translations(self) -> list[TranslationUpdate]:
        return [event for event in self.events if isinstance(event, TranslationUpdate)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_phrasebook_sentence_is_translated_without_a_warning(desk: Desk) -> None:
    desk.say("Where is the beach?")
    assert [(one.committed, one.is_translated) for one in desk.translations] == [("¿Dónde está la playa?", True)]
    assert not desk.warnings


def test_what_is_missing_is_said_once_before_the_first_untranslated_line(desk: Desk) -> None:
    desk.say("And so my fellow Americans.")
    desk.say("We had a lovely time at the lake.", segment=2)
    assert [(one.committed, one.is_translated) for one in desk.translations] == [
        ("And so my fellow Americans.", False),
        ("We had a lovely time at the lake.", False),
    ]
    (warning,) = desk.warnings
    assert text_of(warning).startswith(NOTICE)
    assert warning.severity is Severity.WARNING
    assert desk.events.index(warning) < desk.events.index(desk.translations[0])


def test_a_sentence_is_never_committed_before_it_is_whole(desk: Desk) -> None:
    words = ["The", "window", "is", "open", "to", "anybody", "who", "likes", "fresh", "air."]
    for count in range(1, len(words) + 1):
        desk.say(" ".join(words[:count]).rstrip("."), is_final=False)
    desk.say(" ".join(words))
    assert all(not one.committed for one in desk.translations[:-1])
    assert (desk.translations[-1].committed, desk.translations[-1].is_translated) == (" ".join(words), False)


def test_an_untranslated_line_is_not_spoken_and_is_marked_in_files(desk: Desk) -> None:
    desk.say("And so my fellow Americans.")
    assert [clause for one in desk.translations for clause in ClauseReader().update(one)] == []
    transcript = Transcript()
    for event in desk.events:
        transcript.add(event)
    said = transcript.utterances()
    assert "[not translated into Spanish]" in rendered(said, Format.TEXT)
    assert rendered(said, Format.SRT).count("Americans") == 1


# The text that is kept.


def final(committed: str, final_text: str, language: str = "en") -> TranscriptUpdate:
    return TranscriptUpdate(1, 1, language, committed, "", (), 0.0, 1.0, is_final=True, final_text=final_text)


def translated(desk: Desk, update: TranscriptUpdate) -> TranslationUpdate:
    answered(desk.translation.handle(Transcribed(update)), desk.model.run)
    return desk.translations[-1]


def test_what_is_kept_is_translated_where_it_differs_from_what_was_committed(desk: Desk) -> None:
    update = translated(desk, final("Where is the beach?", "Good morning."))
    assert (update.committed, update.final_text) == ("¿Dónde está la playa?", "Buenos días.")


def test_what_is_the_same_is_translated_once(desk: Desk) -> None:
    update = translated(desk, final("Where is the beach?", "Where is the beach?"))
    assert update.final_text == update.committed == "¿Dónde está la playa?"


def test_a_kept_text_that_is_not_known_stays_as_it_is(desk: Desk) -> None:
    update = translated(desk, final("Where is the beach?", "My dog ate it. Good morning."))
    assert update.final_text == "My dog ate it. Buenos días."
    update = translated(desk, replace(final("My dog ate it.", "My dog ate them."), segment_id=2))
    assert (update.committed, update.final_text, update.is_translated) == ("My dog ate it.", "My dog ate them.", False)


def test_a_text_in_the_target_language_is_kept_as_it_was_heard(desk: Desk) -> None:
    update = translated(desk, final("hola que tal", "Hola, ¿qué tal?", "es"))
    assert update.final_text == "Hola, ¿qué tal?"


def test_only_finals_have_a_text_to_keep(desk: Desk) -> None:
    desk.say("Where is", is_final=False)
    assert desk.translations[-1].final_text == ""
