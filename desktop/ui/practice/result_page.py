"""What came of a reading: the score and what it is made of, how fluent it was, words to practise, the progress. GUI
thread only."""

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.practice.feedback import PracticeResult, WordStatus
from desktop.practice.progress import HardWord, Point
from desktop.practice.text import PracticeText
from desktop.ui.practice.buttons import field_button
from desktop.ui.practice.mark_painting import Sample
from desktop.ui.practice.marks import MARKS, described, isolated
from desktop.ui.practice.progress_plot import ProgressPlot
from desktop.ui.widgets import theme
from desktop.ui.widgets.layouts.flow import Flow
from desktop.ui.widgets.layouts.scrolling import scrolling

_PARTS = (
    ("accuracy", "Accuracy", "Of the words that were read, those that were right; small mistakes count half"),
    ("completeness", "Completeness", "Of the words of the text, those that were read"),
    ("fluency", "Fluency", "Few long pauses that the text does not ask for, little said again"),
)
_COUNTED = (WordStatus.CORRECT, WordStatus.MINOR_MISTAKE, WordStatus.WRONG, WordStatus.MISSING, WordStatus.EXTRA)
_ROWS = 8
"""words of a list that are seen before it scrolls"""


class ResultPage(QWidget):
    """Shows a result; `sayWanted` plays a word of it."""

    againWanted = pyqtSignal()
    textWanted = pyqtSignal()
    """show the text with its marks"""
    linesWanted = pyqtSignal()
    """read the lines with mistakes again"""
    deleteWanted = pyqtSignal()
    clearWanted = pyqtSignal()
    sayWanted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.title = QLabel()
        self.title.setFont(theme.font("body", bold=True))
        self.title.setWordWrap(True)
        self.total = ScoreRing()
        self.bars = {name: Bar(label, tip) for name, label, tip in _PARTS}
        self.counts = Flow(gap=3 * theme.STEP)
        self._counts = {status: QLabel() for status in _COUNTED}
        for status, label in self._counts.items():
            self.counts.add(_counted(status, label))
        self.fluency = QLabel()
        self.fluency.setWordWrap(True)
        self.words = _word_list("Words to practise")
        self.words.itemActivated.connect(self._say)
        self.words_title = _heading("Words to practise")
        self.hard = _word_list("Words that go wrong again and again")
        self.hard.itemActivated.connect(self._say)
        self.hard_title = _heading("Again and again")
        self.plot = ProgressPlot()
        self.kept = QLabel()
        self.kept.setObjectName("muted")
        self.kept.setWordWrap(True)
        self.again = field_button("replay", "Read again", "Ctrl+Return")
        self.text = field_button("text-long", "Show the text", "Alt+Left")
        self.lines = field_button("playlist-edit", "Read the lines with mistakes")
        self.delete = field_button("delete-outline", "Delete this result")
        self.clear = field_button("delete-sweep-outline", "Delete all results…")
        for button, signal in (
            (self.again, self.againWanted),
            (self.text, self.textWanted),
            (self.lines, self.linesWanted),
            (self.delete, self.deleteWanted),
            (self.clear, self.clearWanted),
        ):
            button.clicked.connect(signal)
        self._lay_out()
        self.setFocusProxy(self.again)

    def show_result(self, result: PracticeResult) -> None:
        """The score, its parts, and the words of this reading."""
        score = result.score
        self.title.setText(result.title)
        self.total.show_value(score.total)
        for name, bar in self.bars.items():
            bar.show_value(getattr(score, name))
        for status, label in self._counts.items():
            label.setText(f"{score.counts.get(status, 0)} {MARKS[status].name.lower()}")
        self.fluency.setText(fluency_words(result))
        words = [result.feedback.words[index] for index in result.to_practise if index < len(result.feedback.words)]
        _fill(self.words, [(described(word), word.word) for word in words])
        self.words_title.setVisible(bool(words))
        self.lines.setVisible(bool(words))
        self.show_history((), ())

    def show_history(self, points: Sequence[Point], words: Sequence[HardWord], note: str = "") -> None:
        """What earlier readings say. note: whether this one is kept."""
        self.plot.show_points(points)
        _fill(self.hard, [(f"{isolated(one.word)}: {one.missed} of {one.times} times", one.word) for one in words])
        self.hard_title.setVisible(bool(words))
        self.kept.setText(note)
        self.kept.setVisible(bool(note))
        self.delete.setVisible(bool(points))
        self.clear.setVisible(bool(points))

    def refresh(self) -> None:
        """The look changed."""
        self.update()

    def _say(self, item: QListWidgetItem) -> None:
        self.sayWanted.emit(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self) -> None:
        bars = QVBoxLayout()
        bars.setSpacing(2 * theme.STEP)
        for bar in self.bars.values():
            bars.addWidget(bar)
        top = QHBoxLayout()
        top.setSpacing(4 * theme.STEP)
        top.addWidget(self.total, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(bars, 1)
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 2 * theme.STEP, 0)
        column.setSpacing(3 * theme.STEP)
        column.addWidget(self.title)
        column.addWidget(_card(top, self.counts, self.fluency))
        column.addWidget(_card(self.words_title, self.words, self.hard_title, self.hard))
        column.addWidget(_card(_heading("Progress with this text"), self.plot, self.kept))
        column.addWidget(Flow(self.delete, self.clear))
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(scrolling(page), 1)
        layout.addWidget(Flow(self.again, self.lines, self.text))


class ScoreRing(QWidget):
    """The score as a number in a ring that is closed at 100."""

    def __init__(self) -> None:
        super().__init__()
        self._value = 0.0
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(112, 112)

    def show_value(self, value: float) -> None:
        """0..100."""
        self._value = value
        self.setAccessibleName(f"Score: {round(value)} of 100")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(7, 7, -7, -7)
        painter.setPen(QPen(QColor(look.border), 8))
        painter.drawEllipse(ring)
        painter.setPen(QPen(QColor(look.accent), 8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, 90 * 16, -round(self._value * 3.6 * 16))
        font = theme.font("title", bold=True)
        font.setPointSizeF(font.pointSizeF() * 1.9)
        painter.setFont(font)
        painter.setPen(QColor(look.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, f"{round(self._value)}")


class Bar(QWidget):
    """A part of the score: its name, its number, and how much of 100 it is."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._name = name
        self._value = 0.0
        self.setToolTip(tip)
        self.setFixedHeight(self.fontMetrics().height() + 3 * theme.STEP)

    def show_value(self, value: float) -> None:
        """0..100."""
        self._value = value
        self.setAccessibleName(f"{self._name}: {round(value)} of 100")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = QRectF(0, 0, self.width(), self.fontMetrics().height())
        painter.setPen(QColor(look.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, self._name)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, f"{round(self._value)}")
        track = QRectF(0, words.bottom() + 3, self.width(), 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.border))
        painter.drawRoundedRect(track, 3, 3)
        painter.setBrush(QColor(look.accent))
        track.setWidth(track.width() * min(100.0, max(0.0, self._value)) / 100)
        painter.drawRoundedRect(track, 3, 3)


def fluency_words(result: PracticeResult) -> str:
    """How evenly it was read, in a sentence. Pure."""
    fluency = result.fluency
    parts = [f"{round(fluency.words_per_minute)} words a minute"] if fluency.words_per_minute else []
    pauses = len(fluency.pauses)
    parts.append(f"{pauses} long pause{'' if pauses == 1 else 's'}" if pauses else "no long pause")
    again = fluency.repetitions
    parts.append(f"{again} word{'' if again == 1 else 's'} said again" if again else "nothing said again")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def lines_with_mistakes(text: PracticeText, result: PracticeResult) -> PracticeText | None:
    """The lines in which words are to be practised, as a text of its own. Pure."""
    numbers = sorted({text.words[index].line for index in result.to_practise if index < len(text.words)})
    if not numbers:
        return None
    return PracticeText(text.title, text.language, tuple(text.lines[number] for number in numbers))


def _fill(words: QListWidget, rows: Sequence[tuple[str, str]]) -> None:
    words.clear()
    for label, word in rows:
        item = QListWidgetItem(label, words)
        item.setData(Qt.ItemDataRole.UserRole, word)
        item.setToolTip("Return plays it")
    words.setVisible(bool(rows))
    if rows:
        words.setCurrentRow(0)
        words.setFixedHeight(words.sizeHintForRow(0) * min(_ROWS, len(rows)) + 2 * theme.STEP)


def _word_list(name: str) -> QListWidget:
    found = QListWidget()
    found.setAccessibleName(name)
    found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return found


def _counted(status: WordStatus, label: QLabel) -> QWidget:
    item = QWidget()
    row = QHBoxLayout(item)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.STEP)
    row.addWidget(Sample(MARKS[status]))
    row.addWidget(label)
    return item


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("muted")
    label.setFont(theme.font("body", bold=True))
    return label


def _card(*parts: QWidget | QHBoxLayout) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 3 * theme.STEP)
    layout.setSpacing(2 * theme.STEP)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return card
