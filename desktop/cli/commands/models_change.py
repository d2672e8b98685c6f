"""`parley models pull|import|remove|repair|refresh`: the work, with progress on stderr. Runs on the main thread.

Ctrl+C stops a download and keeps what came; the same command goes on from there.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.cli.commands.models_list import find_installed, measured
from desktop.cli.commands.tables import about_model
from desktop.cli.messages import say, shown
from desktop.cli.options import Options
from desktop.engine.errors import EngineError, ModelMissing
from desktop.engine.message import verbatim
from desktop.engine.models.catalogue import Catalogue, Entry, installed_as
from desktop.engine.models.downloads import Broken, Control, Downloads, Phase, Progress
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.speed import speed_class
from desktop.engine.text.languages import check_language, check_target
from desktop.engine.text.sizes import readable_size
from desktop.messages import text_of


def pull(
    options: Options, names: list[str], source: str, to: str, *, wants_speech: bool, again: bool, as_json: bool
) -> int:
    """Fetch what is named, or what a pair of languages lacks. 1 if any of it failed."""
    downloads = Downloads(options.store.current.models)
    catalogue = downloads.catalogue()
    for problem in catalogue.problems:
        say(text_of(problem))
    entries = [catalogue.find(name) for name in names]
    if source:
        entries += _missing(options, downloads, source, to, wants_speech=wants_speech)
        if not entries:
            say("nothing is missing.")
    failures = 0
    with _Shown(as_json=as_json) as shown:
        for entry in entries:
            was_there = installed_as(entry) is not None and not again

            def work(entry: Entry = entry) -> InstalledModel:
                return downloads.pull(entry, shown.progress, shown.control, again=again)

            model = shown.run(entry.label, work)
            failures += model is None
            if model is not None:
                shown.report(
                    f"{entry.label} {'is there already' if was_there else 'is installed'}.", about_model(model)
                )
    return 1 if failures else 0


def import_files(options: Options, files: list[Path], name: str, *, as_json: bool) -> int:
    """Install from files and folders. 1 if any of it failed."""
    downloads = Downloads(options.store.current.models)
    failures = 0
    with _Shown(as_json=as_json) as shown:
        for file in files:

            def work(file: Path = file) -> tuple[InstalledModel, ...]:
                return downloads.import_from(file, shown.progress, shown.control, name=name)

            found = shown.run(file.name, work)
            failures += found is None
            for model in found or ():
                shown.report(f"{model.label} is installed as {model.name}.", about_model(model))
    return 1 if failures else 0


def remove(options: Options, names: list[str], *, partial: bool, as_json: bool) -> int:
    """Delete what is named. 1 if any of it failed."""
    downloads = Downloads(options.store.current.models)
    failures = 0
    with _Shown(as_json=as_json) as shown:
        for name in names:

            def work(name: str = name) -> int:
                return downloads.remove(_installed_or_broken(downloads, name))

            freed = shown.run(name, work)
            failures += freed is None
            if freed is not None:
                shown.report(
                    f"{name} is removed; {readable_size(freed)} are free again.", {"name": name, "freed_bytes": freed}
                )
        if partial:
            freed = shown.run("unfinished downloads", downloads.clear_partial)
            failures += freed is None
            if freed is not None:
                words = f"Unfinished downloads are removed; {readable_size(freed)} are free again."
                shown.report(words, {"name": "", "freed_bytes": freed})
    return 1 if failures else 0


def repair(options: Options, names: list[str], *, as_json: bool) -> int:
    """Repair what is named and broken, or everything that is. 1 if any of it failed."""
    downloads = Downloads(options.store.current.models)
    found = downloads.find_broken()
    chosen = [_broken(found, name) for name in names] if names else list(found)
    if not chosen:
        say("no model is broken.")
    failures = 0
    with _Shown(as_json=as_json) as shown:
        for one in chosen:

            def work(one: Broken = one) -> InstalledModel:
                return downloads.repair(one, shown.progress, shown.control)

            model = shown.run(one.name, work)
            failures += model is None
            if model is not None:
                shown.report(f"{model.label} is repaired.", about_model(model))
    return 1 if failures else 0


def refresh(options: Options, *, as_json: bool) -> int:
    """Ask for new lists. 1 if one of them could not be had. Raises DownloadError if none could."""
    found = Downloads(options.store.current.models).refresh()
    for problem in found.problems:
        say(text_of(problem))
    count = len(found.catalogue.entries)
    if as_json:
        print(json.dumps({"models": count, "added": found.added, "changed": found.changed}))
    else:
        print(f"{count} models can be fetched; {found.added} are new, {found.changed} have changed.")
    return 1 if found.problems else 0


class _Shown:
    """What the user sees of work that takes long: a bar on stderr where that is a terminal, or JSON lines on stdout."""

    def __init__(self, *, as_json: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
        from rich.progress import Progress as Bars

        self.control = Control()
        self._as_json = as_json
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # elsewhere, results must not end up on stderr with the bar
            disable=as_json or not sys.stderr.isatty(),
        )
        self._task: Any = None
        self._label = ""
        self._said = ""

    def __enter__(self) -> "_Shown":
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def run(self, label: str, work: Callable[[], Any]) -> Any:
        """work(), or None after a sentence on stderr."""
        self._label, self._said = label, ""
        self._task = self._bars.add_task(label, total=None)
        try:
            return work()
        except EngineError as error:
            say(text_of(error))
            if self._as_json:
                self._print(
                    {"type": "error", "name": label, "code": error.code, "message": text_of(error)}
                    | error.message.as_json()
                )
            return None
        except KeyboardInterrupt:
            say("stopped; what came is kept, and the same command goes on from there.")
            raise
        finally:
            self._bars.remove_task(self._task)

    def report(self, sentence: str, record: dict[str, Any]) -> None:
        """The result of one piece of work."""
        if self._as_json:
            self._print({"type": "result", **record})
        else:
            print(shown(sentence), flush=True)

    def progress(self, progress: Progress) -> None:
        """On the main thread, about ten times a second."""
        if self._as_json:
            self._print(
                {
                    "type": "progress",
                    "id": progress.id,
                    "phase": progress.phase.value,
                    "done": progress.done,
                    "total": progress.total,
                    "speed": round(progress.speed),
                    "seconds_left": progress.seconds_left,
                }
            )
            return
        words = {Phase.FETCHING: "", Phase.DONE: ""}.get(progress.phase, f" ({progress.phase.value})")
        self._bars.update(self._task, description=self._label + words, completed=progress.done, total=progress.total)
        if (detail := text_of(progress.detail)) and detail != self._said:
            self._said = detail
            say(detail)

    def _print(self, record: dict[str, Any]) -> None:
        print(json.dumps(record, ensure_ascii=False), flush=True)


def _missing(options: Options, downloads: Downloads, source: str, to: str, *, wants_speech: bool) -> tuple[Entry, ...]:
    spoken = "auto" if source == "auto" else check_language(source)
    target = check_target(to) if to else ""
    return downloads.missing_for(spoken, target, wants_speech, fast=_is_fast(options, downloads.catalogue()))


def _is_fast(options: Options, catalogue: Catalogue) -> bool:
    """Whether a small model keeps up here; unknown counts as yes."""
    small = next((one for one in catalogue.entries if one.kind == "whisper" and one.id == "small"), None)
    known = measured(options.store.current)
    return small is None or speed_class.speed_class(small, known) is not speed_class.SpeedClass.SLOWER


def _installed_or_broken(downloads: Downloads, name: str) -> InstalledModel | Broken:
    try:
        return find_installed(name)
    except ModelMissing:
        for one in downloads.find_broken():
            if name in (one.name, f"{one.kind}/{one.name}", str(one.path)):
                return one
        raise


def _broken(found: tuple[Broken, ...], name: str) -> Broken:
    for one in found:
        if name in (one.name, f"{one.kind}/{one.name}", str(one.path)):
            return one
    model = find_installed(name)
    raise ModelMissing(
        verbatim(f"{model.label} is not broken; `parley models pull {model.name} --again` fetches it anew.")
    )
