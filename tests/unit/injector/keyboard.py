"""A keyboard whose window is a string."""

from desktop.injector.base import Capabilities, Chunk, Guard, SendMethod, Window
from desktop.injector.diff import characters


class PaperKeyboard:
    """Writes on paper: one text per window. What the user does is set by the test."""

    def __init__(self, *, checks_focus: bool = True, sees_user: bool = True) -> None:
        self.capabilities = Capabilities(checks_focus, sees_user)
        self.window: Window | None = Window("1", class_name="Editor", pid=1)
        self.papers: dict[str, str] = {}
        self.actions = 0
        self.standing: str | None = None
        """what stands before the caret, where the application says it"""
        self.reads = 0
        self.deleted = 0
        self.act_after = -1
        """characters after which the user presses a key; -1: never"""
        self.is_closed = False

    def focused_window(self) -> Window | None:
        return self.window if self.capabilities.checks_focus else None

    def text_before_caret(self, window: Window) -> str | None:
        self.reads += 1
        return self.standing

    def user_actions(self) -> int:
        return self.actions

    def chunks(self, text: str, window: Window) -> list[Chunk]:
        return [Chunk(text[start : start + 5], SendMethod.KEYS) for start in range(0, len(text), 5)]

    def _here(self) -> str:
        return self.window.id if self.window else ""

    def send(self, chunk: Chunk, window: Window, guard: Guard) -> int:
        for sent, char in enumerate(chunk.text):
            if not guard():
                return sent
            self.papers[self._here()] = self.papers.get(self._here(), "") + char
            if self.act_after >= 0 and sum(map(len, self.papers.values())) == self.act_after:
                self.actions += 1
        return len(chunk.text)

    def backspace(self, count: int, guard: Guard) -> int:
        done = 0
        while done < count and guard():
            self.papers[self._here()] = "".join(characters(self.papers[self._here()])[:-1])
            done += 1
        self.deleted += done
        return done

    def close(self) -> None:
        self.is_closed = True
