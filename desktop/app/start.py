"""The order in which the app starts. GUI thread.

The window is shown first, with nothing but Qt imported; settings, engine and outputs follow from other threads.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from desktop.app.wiring import App
from desktop.overlay.place import USUAL_PART
from desktop.overlay.platform import overlay_platform
from desktop.system import log as logs
from desktop.system import paths
from desktop.system.displays import answering
from desktop.system.instance import SHOW, START, ask
from desktop.ui.main import window_geometry
from desktop.ui.main.main_window import MainWindow
from desktop.ui.runtime.arguments import parse
from desktop.ui.runtime.clipboard import hand_over
from desktop.ui.runtime.garbage import GarbageCollection
from desktop.ui.runtime.profiles.startup import startup_settings
from desktop.ui.runtime.quit_signals import quit_on_signals
from desktop.ui.runtime.single_instance import SingleInstance
from desktop.ui.widgets import icons, theme

SWITCH_EVERY = 0.0005
"""Seconds after which a thread that runs Python gives way. The usual 5 ms add up to a visible stall, because PyQt lets
go of the interpreter in nearly every call while the engine is being imported."""


def run(argv: Sequence[str], make: type[App] = App) -> int:
    """Show the app and return its exit code when it is closed.

    argv: the arguments after `gui`; make: the class of the app."""
    options = parse(argv)
    flags = dict(options.set)
    file = Path(options.settings) if options.settings else paths.config_file()
    if (platform := overlay_platform(os.environ, answering(os.environ))) is not None:
        os.environ["QT_QPA_PLATFORM"] = platform
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("parley")
    application.setApplicationDisplayName("Parley")
    application.setDesktopFileName("parley")
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(icons.app_icon())
    if ask(file, START if options.start else SHOW) is not None:
        print("Parley runs already; its window comes to the front.")  # noqa: T201
        return 0
    look, geometry = startup_settings(file, flags)
    theme.apply(look)  # type: ignore[arg-type]
    window = MainWindow()
    if geometry:
        window_geometry.restore(window, geometry)
    else:
        window_geometry.place_first(window, USUAL_PART)
    is_first = not file.exists()
    app = make(window, file, flags, options.profile, starts=options.start, greets=is_first and not options.start)
    logs.begin(app.crashed.emit)
    unwatch = quit_on_signals(app.quit)
    application.aboutToQuit.connect(hand_over)
    instance = SingleInstance(file, app.asked)
    app.ending.connect(instance.close)
    window.show()
    QTimer.singleShot(0, instance.listen)
    sys.setswitchinterval(SWITCH_EVERY)
    collection = GarbageCollection()
    app.begin()
    code = application.exec()
    unwatch()
    app.end()
    collection.stop()
    return code
