"""The Parley server among the settings: what it is, its token, and whether it answers. GUI thread; the keyring and the
server are asked on pool threads."""

from typing import TYPE_CHECKING, Literal

from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.messages import text_of
from desktop.ui.runtime.lookup import Deliver, Lookup
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.divider import Divider

if TYPE_CHECKING:
    from desktop.settings.declaration import ServerSettings, Settings

_MARKS: dict[str, tuple[str, icons.Role]] = {
    "none": ("circle-outline", "muted"),
    "unknown": ("circle-outline", "muted"),
    "asking": ("progress-clock", "muted"),
    "good": ("check-circle", "good"),
    "bad": ("alert", "warning"),
}
Standing = Literal["none", "unknown", "asking", "good", "bad"]


class ServerPanel(QFrame):
    """Token, test and state; the address is a setting like any other, above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._settings: ServerSettings | None = None
        self._tests = Lookup(self)
        self._tests.found.connect(lambda found: self._show(*found))
        self._keyring = Lookup(self)
        self._keyring.found.connect(self._show_token)
        self._picture = QLabel()
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.test = QPushButton("Test")
        self.test.setObjectName("field")
        self.test.setFixedSize(76, 28)
        self.test.setAccessibleName("Test the server")
        self.test.clicked.connect(self._ask)
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setMinimumHeight(30)
        self.token.setAccessibleName("Token of the server")
        self.token.textChanged.connect(self._token_typed)
        self.token.returnPressed.connect(self._keep)
        self.keep = QPushButton("Keep")
        self.keep.setObjectName("field")
        self.keep.setFixedSize(76, 28)
        self.keep.setAccessibleName("Keep the token")
        self.keep.clicked.connect(self._keep)
        self._note = QLabel()
        self._note.setObjectName("muted")
        self._note.setFont(theme.font("small"))
        self._note.setWordWrap(True)
        self._is_kept = False
        self._lay_out()
        self._show("none", "")
        self._show_token((False, ""))

    def show_settings(self, settings: "Settings") -> None:
        """Show the server of these settings."""
        if settings.server == self._settings:
            return
        self._settings = settings.server
        self._tests.forget()
        if settings.server.url.strip():
            self._show("unknown", "")
        else:
            self._show("none", "")

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        """Look whether a token is kept; not before somebody looks, as the keyring may ask for its password."""
        super().showEvent(event)
        self._look_for_token()

    def close_lookups(self) -> None:
        """Nothing is delivered from now on."""
        self._tests.close()
        self._keyring.close()

    def words(self) -> str:
        """What is said of the server."""
        return self._words.text()

    def note(self) -> str:
        """What is said of the token."""
        return self._note.text()

    # The server.

    def _ask(self) -> None:
        settings = self._settings
        if settings is None:
            return
        self._show("asking", "")

        def work(deliver: Deliver) -> None:
            from desktop.engine.errors import EngineError
            from desktop.engine.remote.trial import try_server

            try:
                tried = try_server(settings)
            except EngineError as error:
                deliver(("bad", text_of(error)))
            else:
                many = len(tried.languages)
                languages = f"{many} languages" if many != 1 else "1 language"
                words = f"{tried.recogniser} answers within {tried.seconds * 1000:.0f} ms; {languages}."
                deliver(("good", words))

        self._tests.ask(work)

    def _show(self, standing: Standing, words: str) -> None:
        name, role = _MARKS[standing]
        self._picture.setPixmap(icons.icon(name, role).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        said = words or {
            "none": "No server is set: everything stays on this computer.",
            "unknown": "Sound and text go to this server while Parley listens.",
            "asking": "Asking the server…",
        }.get(standing, "")
        self._words.setText(said)
        self._words.setAccessibleName(f"Server: {said}")
        self.test.setEnabled(standing not in ("none", "asking"))

    # The token.

    def _look_for_token(self) -> None:
        def work(deliver: Deliver) -> None:
            from desktop.system import secrets

            try:
                deliver((secrets.get(secrets.SERVER) is not None, ""))
            except secrets.SecretsUnavailable as error:
                deliver((False, error.message))

        self._keyring.ask(work)

    def _keep(self) -> None:
        """Keep what is typed, or forget what is kept where nothing is."""
        token = self.token.text().strip()
        if not token and not self._is_kept:
            return

        def work(deliver: Deliver) -> None:
            from desktop.system import secrets

            try:
                secrets.set(secrets.SERVER, token) if token else secrets.delete(secrets.SERVER)
            except secrets.SecretsUnavailable as error:
                deliver((self._is_kept, error.message))
            else:
                deliver((bool(token), ""))

        self.token.clear()
        self._keyring.ask(work)

    def _show_token(self, found: "tuple[bool, str]") -> None:
        is_kept, problem = found
        self._is_kept = is_kept
        self.token.setPlaceholderText("Kept; type to replace it" if is_kept else "If it asks for one")
        self._note.setText(problem or "It is kept in the keyring of the system, never in a file.")
        self._token_typed(self.token.text())

    def _token_typed(self, text: str) -> None:
        is_removal = self._is_kept and not text.strip()
        self.keep.setText("Remove" if is_removal else "Keep")
        self.keep.setAccessibleName("Remove the token" if is_removal else "Keep the token")
        self.keep.setEnabled(self._is_kept or bool(text.strip()))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        state = QHBoxLayout()
        state.setSpacing(2 * theme.STEP)
        state.addWidget(self._picture)
        state.addWidget(self._words, 1)
        state.addWidget(self.test)
        layout.addLayout(state)
        layout.addWidget(Divider())
        row = QHBoxLayout()
        row.setSpacing(2 * theme.STEP)
        label = QLabel("Token")
        label.setBuddy(self.token)
        row.addWidget(label)
        row.addWidget(self.token, 1)
        row.addWidget(self.keep)
        layout.addLayout(row)
        layout.addWidget(self._note)
