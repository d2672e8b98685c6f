"""What the buttons of notices and the keyboard shortcuts do in the main window. GUI thread only."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.ui.main.main_window import MainWindow


def act(window: "MainWindow", action: str) -> None:
    """Do what the button of a notice or of a finding says."""
    match action:
        case "source":
            window.source.open_list()
        case "model":
            window.popovers.open_models(window.status_line.model)
        case "models" | "refresh" | "folder":
            window.menu.modelsWanted.emit("")
        case "language":
            window.languages.target.open_list()
        case "typing":
            window.popovers.open_card(window.cards.typing)
        case "voice":
            window.popovers.open_card(window.cards.voice)
        case "undo":
            window.transcript.view.undo()
        case "retry":
            window.startRequested.emit()
        case "server":
            window.popovers.open_server()
        case "elsewhere":
            window.popovers.open_elsewhere()
        case "settings" | "hotkeys":
            dialog = window.popovers.open_dialog()
            if dialog is not None and action == "hotkeys":
                dialog.open_page(action)
        case _:
            window.acted.emit(action)


def shortcut_actions(window: "MainWindow") -> dict[str, Callable[[], object]]:
    """Name of each of `SHORTCUTS` -> what it does."""
    line = window.status_line
    return {
        "start": window.toggle,
        "source": window.source.open_list,
        "spoken": window.languages.source.open_list,
        "target": window.languages.target.open_list,
        "swap": window.languages.swap.click,
        "subtitles": window.cards.subtitles.switch.click,
        "typing": window.cards.typing.switch.click,
        "voice": window.cards.voice.switch.click,
        "unlock": lambda: window.unlockRequested.emit(not window.is_unlocked),
        "model": lambda: window.popovers.open_models(line.model),
        "models": lambda: window.menu.modelsWanted.emit(""),
        "find": window.transcript.open_search,
        "edit": window.transcript.view.edit_line,
        "copy": window.transcript.copy,
        "save": window.transcript.ask_save,
        "clear": window.transcript.view.clear_lines,
        "undo": window.transcript.view.undo,
        "live": window.transcript.view.follow,
        "warnings": window.open_notices,
        "settings": window.popovers.open_dialog,
        "menu": lambda: window.menu.open_menu(line.menu),
        "practice": window.menu.practiceWanted.emit,
        "share": window.menu.sharingWanted.emit,
        "doctor": window.menu.open_doctor,
        "latency": window.menu.open_latency,
        "shortcuts": window.show_shortcuts,
        "escape": window.escape,
        "close": window.close,
        "quit": window.quitRequested.emit,
    }
