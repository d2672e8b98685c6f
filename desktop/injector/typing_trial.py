"""Types a sentence into Parley's own window, to see that typing works here. Runs on the caller's thread, which it
blocks; the typist itself never types into Parley."""

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.base import Window
from desktop.injector.platforms import is_own, open_keyboard
from desktop.settings.declaration import Settings

SENTENCE = "Parley types here: ¿qué tal, señor? 100 %"
"""Has letters that most keyboard layouts lack, so that pasting is tried as well."""


def type_sentence(settings: Settings, text: str = SENTENCE) -> int:
    """Type `text` into the window of this process that has the focus; how many characters went out.

    Raises TypingError where that cannot be, or if another window takes the focus meanwhile.
    """
    keyboard = open_keyboard(settings)
    try:
        window = keyboard.focused_window()
        checks = keyboard.capabilities.checks_focus
        if checks and (window is None or not is_own(window)):
            raise TypingError(verbatim("Another window has the focus; click into the field and try again."))
        target = window or Window("")

        def is_focused() -> bool:
            return not checks or ((now := keyboard.focused_window()) is not None and now.id == target.id)

        sent = 0
        for chunk in keyboard.chunks(text, target):
            done = keyboard.send(chunk, target, is_focused)
            sent += done
            if done < len(chunk.text):
                raise TypingError(
                    verbatim(
                        f"Typing stopped after {sent} of {len(text)} characters: a key was held or another window took "
                        "the focus; try again."
                    )
                )
        return sent
    finally:
        keyboard.close()
