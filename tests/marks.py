"""Which mark the tests of a folder bear, and in which part of the whole check they run. `conftest.py` puts it on them.

The entry that says most of a path counts.

pure: computes, in this process and thread. threads: starts threads or programs, or talks to a server. model: loads
speech, translation or voice models, or listens to recordings. gui: widgets, without a screen. desktop: programs as
users start them, a real screen, sound server or D-Bus. soak: watches for minutes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from subprocess import Popen
from threading import Thread
from typing import Any

import pytest

FOLDER = Path(__file__).parent
PARTS = ("pure", "others", "alone")
"""`--part`: the pure tests; what more processes than cores may share; what measures things that a busy machine would
falsify, so that each process has a core to itself"""
MARKS = ("pure", "threads", "model", "gui", "desktop", "soak")
_BY_PATH = {
    "unit": "pure",
    "unit/bench/faults": "model",
    "unit/deploy/test_alerts.py": "threads",
    "unit/bench/live": "threads",
    "unit/bench/load/test_witness.py": "threads",
    "unit/bench/peers/test_environment.py": "threads",
    "unit/bench/people/test_prompts.py": "threads",
    "unit/bench/reports/test_report.py": "threads",
    "unit/cli/test_demo.py": "model",
    "unit/cli/test_session.py": "threads",
    "unit/doctor/test_server.py": "threads",
    "unit/engine/audio/platforms": "threads",
    "unit/engine/audio/playback/test_speaker.py": "threads",
    "unit/engine/audio/sources": "threads",
    "unit/engine/hearing/test_music.py": "model",
    "unit/engine/hearing/test_voice_activity.py": "model",
    "unit/engine/cloud/engines": "threads",
    "unit/engine/models/downloads": "threads",
    "unit/engine/models/load/test_load_control.py": "model",
    "unit/engine/models/load/test_smaller_models.py": "model",
    "unit/engine/models/speed": "model",
    "unit/engine/models/test_catalogue.py": "threads",
    "unit/engine/models/test_contents.py": "model",
    "unit/engine/live": "threads",
    "unit/engine/pool": "threads",
    "unit/engine/recognition/backends": "threads",
    "unit/engine/cloud/test_fault_schedules.py": "threads",
    "unit/engine/cloud/test_guard.py": "threads",
    "unit/engine/cloud/test_order.py": "threads",
    "unit/engine/cloud/test_switching.py": "threads",
    "unit/engine/remote/test_connection.py": "threads",
    "unit/engine/test_backends.py": "threads",
    "unit/engine/test_early_end.py": "threads",
    "unit/engine/test_engine.py": "threads",
    "unit/engine/test_keeping_up.py": "threads",
    "unit/engine/test_preference.py": "threads",
    "unit/engine/test_side_session.py": "threads",
    "unit/engine/test_streaming_failures.py": "threads",
    "unit/engine/test_unload.py": "threads",
    "unit/engine/translation/test_translation.py": "model",
    "unit/injector/test_typist.py": "threads",
    "unit/overlay/layer_shell/test_client.py": "threads",
    "unit/server/audio/test_incoming.py": "threads",
    "unit/server/audio/test_upload.py": "threads",
    "unit/server/protocols/test_wyoming_server.py": "threads",
    "unit/server/database/test_databases.py": "threads",
    "unit/server/operation/test_operation.py": "threads",
    "unit/server/security/test_cors.py": "threads",
    "unit/server/security/test_guard.py": "threads",
    "unit/server/security/test_oidc.py": "threads",
    "unit/server/test_simulated_redis.py": "threads",
    "unit/settings/test_file.py": "threads",
    "unit/settings/test_saver.py": "threads",
    "unit/system": "threads",
    "unit/test_main.py": "threads",
    "backends": "model",
    "ui": "gui",
    "ui/test_doctor_window.py": "desktop",
    "ui/test_on_screen.py": "desktop",
    "ui/test_one_instance.py": "desktop",
    "end2end": "desktop",
    "end2end/test_memory.py": "soak",
}
_MEASURED = ("unit/injector", "unit/overlay/layer_shell", "unit/ui/practice")
"""where only property tests reach some lines, so that these, too, are measured for coverage"""
_ALONE = (
    "end2end/test_overlay_wayland.py",
    "end2end/test_serve_leaks.py",
    "end2end/test_audio_speaker.py",
    "end2end/test_bench_peers.py",
    "end2end/test_first_run.py",
    "end2end/test_human_speech_live.py",
    "end2end/test_memory.py",
    "end2end/test_start.py",
    "end2end/test_text_before_caret.py",
    "end2end/test_typing.py",
    "end2end/test_whole_path.py",
    "ui/test_on_screen.py",
)
_LONGEST = (
    "end2end/test_human_speech.py",
    "end2end/test_cli.py",
    "end2end/test_serve_clients.py",
    "end2end/test_bench.py",
    "end2end/test_doctor.py",
    "end2end/test_cli_models.py",
    "end2end/test_installer.py",
    "backends/test_recognizers.py",
    "unit/engine/cloud/engines/test_faults.py",
    "end2end/test_human_speech_live.py",
    "end2end/test_first_run.py",
    "end2end/test_whole_path.py",
    "ui/test_on_screen.py",
    "end2end/test_practice_window.py",
    "end2end/test_bench_peers.py",
    "end2end/test_web_page.py",
)
"""Begun first, so that in the end no process is left alone with one of them"""


def turn_of(file: Path) -> tuple[int, int]:
    """When a file's turn comes: the lower the earlier."""
    name = str(file.relative_to(FOLDER))
    return _LONGEST.index(name) if name in _LONGEST else len(_LONGEST), -MARKS.index(mark_of(file))


def is_measured(file: Path) -> bool:
    """Whether its property tests are measured for coverage; mostly they say the same lines a hundred times."""
    return any(str(path) in _MEASURED for path in file.relative_to(FOLDER).parents)


def part_of(file: Path) -> str:
    """In which part of the check a test file runs."""
    if str(file.relative_to(FOLDER)) in _ALONE:
        return "alone"
    return "pure" if mark_of(file) == "pure" else "others"


def mark_of(file: Path) -> str:
    """The mark of a test file."""
    path = file.relative_to(FOLDER)
    return next(_BY_PATH[str(one)] for one in (path, *path.parents) if str(one) in _BY_PATH)


@contextmanager
def computing_only() -> Iterator[None]:
    """In here nothing may start a thread or a program, connect, or wait."""
    done: list[str] = []

    def refused(name: str) -> Callable[..., Any]:
        def refuse(*_: Any, **__: Any) -> Any:
            done.append(name)
            raise AssertionError(f"a test that is marked pure uses {name}: see tests/marks.py")

        return refuse

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((Thread, "start"), (Popen, "__init__"), (socket, "connect"), (time, "sleep")):
            patch.setattr(owner, name, refused(f"{owner.__name__}.{name}"))
        yield
    assert not done, done
