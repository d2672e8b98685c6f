"""One cloud engine among the settings: what leaves this computer, to whom and at what price, a switch for each thing
that it does, its key and a test. GUI thread; the keyring and the engine are asked on pool threads."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices, QShowEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.engine.cloud.catalogue import CloudEngine
from desktop.engine.requests import Stage
from desktop.messages import clouds as words
from desktop.messages import text_of
from desktop.ui.runtime.lookup import Deliver, Lookup
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.divider import Divider
from desktop.ui.widgets.switch import Switch

if TYPE_CHECKING:
    from desktop.engine.pool.clouds import Clouds
    from desktop.settings.declaration import Settings

_WIDTH = 88


class CloudCard(QFrame):
    """An engine."""

    switched = pyqtSignal(str, object)
    """(setting, its new value)"""

    def __init__(self, engine: CloudEngine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.engine = engine
        self._settings: Settings | None = None
        self._tests = Lookup(self)
        self._tests.found.connect(lambda found: self._say(*found))
        self._keyring = Lookup(self)
        self._keyring.found.connect(self._show_key)
        self.switches = {stage: Switch(f"{engine.label}: {words.STAGES[stage]}") for stage in engine.stages}
        self._sent = {stage: QLabel() for stage in engine.stages}
        for stage, switch in self.switches.items():
            self._sent[stage].setWordWrap(True)
            switch.clicked.connect(lambda checked, one=stage: self._switch(one, checked))
        self._picture = QLabel()
        self._state = QLabel()
        self._state.setWordWrap(True)
        self.test = _button("Test", f"Test {engine.label}")
        self.test.clicked.connect(self._try)
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setMinimumHeight(30)
        self.key.setAccessibleName(f"Key for {engine.label}")
        self.key.textChanged.connect(self._key_typed)
        self.key.returnPressed.connect(self._keep)
        self.keep = _button("Keep", f"Keep the key for {engine.label}")
        self.keep.clicked.connect(self._keep)
        self.get = _button("Get one…", f"Where to get a key for {engine.label}")
        self.get.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(engine.key_page)))
        self._note = QLabel()
        self._note.setObjectName("muted")
        self._note.setFont(theme.font("small"))
        self._note.setWordWrap(True)
        self._is_kept = False
        self._lay_out()
        self._show_key((False, ""))

    def show_settings(self, settings: "Settings", clouds: "Clouds") -> None:
        """Show what these say of it."""
        is_news = self._settings is None or self._settings.cloud != settings.cloud
        self._settings = settings
        if not is_news:
            return
        self._tests.forget()
        consent = clouds.consent
        for stage, switch in self.switches.items():
            options = clouds.options(self.engine, stage)
            switch.setChecked(consent.allows(self.engine.key, stage))
            switch.setEnabled(not consent.is_never)
            said = f"{words.sent(self.engine, stage, options)} {words.price(options.price(stage))}"
            name = words.STAGES[stage].capitalize()
            self._sent[stage].setText(f"{name}: {said[0].lower()}{said[1:]}")
            switch.setAccessibleDescription(said)
        self.test.setEnabled(self.is_on)
        self._say("none", "")

    @property
    def is_on(self) -> bool:
        """Whether it may do anything."""
        return any(switch.isChecked() for switch in self.switches.values())

    def words(self) -> str:
        """What is said of it now."""
        return self._state.text()

    def note(self) -> str:
        """What is said of its key."""
        return self._note.text()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Look whether a key is kept; not before somebody looks, as the keyring may ask for its password."""
        super().showEvent(event)
        self._look_for_key()

    def close_lookups(self) -> None:
        """Nothing is delivered from now on."""
        self._tests.close()
        self._keyring.close()

    def _switch(self, stage: Stage, is_on: bool) -> None:
        if self._settings is None:
            return
        before: tuple[str, ...] = getattr(self._settings.cloud, stage.value)
        key = self.engine.key
        after = (*before, key) if is_on else tuple(one for one in before if one != key)
        self.switched.emit(f"cloud.{stage.value}", after)

    # The test.

    def _try(self) -> None:
        settings = self._settings
        if settings is None:
            return
        stages = [stage for stage, switch in self.switches.items() if switch.isChecked()]
        self._say("asking", f"Asking {self.engine.label}…")
        key = self.engine.key

        def work(deliver: Deliver) -> None:
            from desktop.engine.errors import EngineError
            from desktop.engine.pool.cloud_trial import try_engine
            from desktop.engine.pool.clouds import Clouds

            clouds = Clouds(lambda: settings.cloud)
            target = settings.translation.target or "es"
            found = []
            try:
                for stage in stages:
                    tried = try_engine(clouds, key, stage, "en" if target != "en" else "es", target)
                    found.append(f"{words.STAGES[stage]} within {tried.seconds * 1000:.0f} ms")
            except EngineError as error:
                deliver(("bad", text_of(error)))
            else:
                deliver(("good", f"It answers: {', '.join(found)}."))
            finally:
                clouds.close()

        self._tests.ask(work)

    def _say(self, standing: str, said: str) -> None:
        marks: dict[str, tuple[str, icons.Role]] = {
            "asking": ("progress-clock", "muted"),
            "good": ("check-circle", "good"),
            "bad": ("alert", "warning"),
        }
        name, role = marks.get(standing, ("cloud-check-outline", "accent") if self.is_on else ("cloud-off", "muted"))
        self._picture.setPixmap(icons.icon(name, role).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        self._state.setText(said or ("On" if self.is_on else "Off"))
        self.test.setEnabled(self.is_on and standing != "asking")

    # The key.

    def _look_for_key(self) -> None:
        engine = self.engine
        if not engine.secret:
            return

        def work(deliver: Deliver) -> None:
            from desktop.system import secrets

            try:
                deliver((secrets.get(engine.secret) is not None, ""))
            except secrets.SecretsUnavailable as error:
                deliver((False, error.message))

        self._keyring.ask(work)

    def _keep(self) -> None:
        """Keep what is typed, or forget what is kept where nothing is."""
        key, engine = self.key.text().strip(), self.engine
        if not key and not self._is_kept:
            return

        def work(deliver: Deliver) -> None:
            from desktop.engine.cloud import credentials
            from desktop.system import secrets

            try:
                credentials.keep(engine, key) if key else credentials.forget(engine)
            except secrets.SecretsUnavailable as error:
                deliver((self._is_kept, error.message))
            else:
                deliver((bool(key), ""))

        self.key.clear()
        self._keyring.ask(work)

    def _show_key(self, found: "tuple[bool, str]") -> None:
        self._is_kept, problem = found
        self.key.setPlaceholderText("Kept; type to replace it" if self._is_kept else "Not kept")
        self._note.setText(problem or "It is kept in the keyring of the system, never in a file.")
        self._key_typed(self.key.text())

    def _key_typed(self, text: str) -> None:
        is_removal = self._is_kept and not text.strip()
        self.keep.setText("Remove" if is_removal else "Keep")
        self.keep.setAccessibleName(f"{'Remove' if is_removal else 'Keep'} the key for {self.engine.label}")
        self.keep.setEnabled(self._is_kept or bool(text.strip()))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        name = QLabel(self.engine.label)
        name.setFont(theme.font("body", bold=True))
        head = QHBoxLayout()
        head.setSpacing(2 * theme.STEP)
        head.addWidget(name)
        head.addSpacing(2 * theme.STEP)
        head.addWidget(self._picture)
        head.addWidget(self._state, 1)
        head.addWidget(self.test)
        layout.addLayout(head)
        for stage, switch in self.switches.items():
            row = QHBoxLayout()
            row.setSpacing(3 * theme.STEP)
            row.addWidget(switch, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(self._sent[stage], 1)
            layout.addLayout(row)
        if not self.engine.secret:
            return
        layout.addWidget(Divider())
        row = QHBoxLayout()
        row.setSpacing(2 * theme.STEP)
        label = QLabel("Key")
        label.setBuddy(self.key)
        row.addWidget(label)
        row.addWidget(self.key, 1)
        row.addWidget(self.keep)
        row.addWidget(self.get)
        layout.addLayout(row)
        layout.addWidget(self._note)


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("field")
    button.setFixedSize(_WIDTH, 28)
    button.setAccessibleName(name)
    return button
