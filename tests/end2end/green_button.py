"""A window that is one green button: says each click on stdout. For tests of what lies over it."""

import sys

from PyQt6.QtWidgets import QApplication, QPushButton

if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    button = QPushButton()
    button.setWindowTitle(sys.argv[1])
    button.setStyleSheet("QPushButton { background: #00ff00; border: none; }")
    button.clicked.connect(lambda: print("clicked", flush=True))
    button.setGeometry(60, 60, 1800, 990)
    if sys.argv[2:] == ["fullscreen"]:
        button.showFullScreen()
    else:
        button.show()
    print("ready", flush=True)
    app.exec()
