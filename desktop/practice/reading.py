"""A reading in progress: what is heard becomes marks on the words of the text. Pure; one thread at a time.

Example::

    reading = Reading(text, ReadingOptions())
    session = Session(reading.session_options(SessionOptions()))
    for event in run_inline(session, models, samples):
        if isinstance(event, TranscriptUpdate) and (feedback := reading.hear(event)):
            show(feedback)
    result = verify(text, recording, models)  # verification.py: blocking, on a thread of its own
"""

from dataclasses import replace

from desktop.engine.events import TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.options import ReadingOptions
from desktop.practice.text import PracticeText


class Reading:
    """Follows somebody who reads `text`. A new one for each time that it is read."""

    def __init__(self, text: PracticeText, options: ReadingOptions | None = None) -> None:
        self.text = text
        self.options = options or ReadingOptions()
        words = tuple(WordFeedback(index, word.text, WordStatus.PENDING) for index, word in enumerate(text.words))
        self.feedback = PassageFeedback(words)
        """as it was last returned"""

    def session_options(self, options: SessionOptions) -> SessionOptions:
        """Those for the session that hears the reader: its language and speed, and the prompt if that is wanted.
        Where the prompt is used, call it again (and `Session.configure`) when `prompt` has changed."""
        return replace(options, language=self.text.language, vocabulary=self.prompt or options.vocabulary)

    @property
    def prompt(self) -> str:
        """The words that come next, for the recogniser; empty unless the options say so."""
        return ""

    def hear(self, update: TranscriptUpdate) -> PassageFeedback | None:
        """Take what is known of an utterance by now; the newest of each replaces the older ones. None: no mark has
        changed. Raises nothing."""
        return None

    def move_to(self, index: int) -> PassageFeedback:
        """The reader goes on at this word of the text (a tap on a line), whatever was expected. What was read there
        before is forgotten as soon as it is read again."""
        return self.feedback
