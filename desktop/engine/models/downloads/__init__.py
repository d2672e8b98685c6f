"""Getting models: fetch, import, repair, remove, refresh the list. Every method works on the caller's thread and may
take long; a window calls it on a thread of its own. Nothing here reaches the network unless the user asked for it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.engine.models import catalogue as _catalogue
from desktop.engine.models.catalogue import Catalogue, Entry
from desktop.engine.models.downloads.control import Control, OnProgress, Phase, Progress
from desktop.engine.models.downloads.network.client import Patience
from desktop.engine.models.downloads.repair import Broken
from desktop.engine.models.installed import InstalledModel
from desktop.settings.declaration import ModelSettings

if TYPE_CHECKING:
    from desktop.engine.models.downloads.network.listings import Refreshed

__all__ = ["Broken", "Control", "Downloads", "OnProgress", "Patience", "Phase", "Progress"]


class Downloads:
    """What can be done with models. Holds no state of its own: one for each action is as good as one for all."""

    def __init__(self, settings: ModelSettings | None = None, *, patience: Patience | None = None) -> None:
        """settings: mirrors and proxy (`Settings.models`). patience: how long to put up with a bad line."""
        self._settings = settings or ModelSettings()
        self._patience = patience

    def catalogue(self) -> Catalogue:
        """What there is to fetch: the list the user refreshed, or the one that ships. Raises CatalogueBroken."""
        return _catalogue.load()

    def pull(
        self,
        entry: Entry,
        on_progress: OnProgress | None = None,
        control: Control | None = None,
        *,
        wait: bool = True,
        again: bool = False,
    ) -> InstalledModel:
        """Install a model of the catalogue; at once if it is there. wait: for another process that fetches the same
        one (else DownloadBusy). again: fetch it even if it is there. Raises ModelError."""
        from desktop.engine.models.downloads.pulls import pull

        return pull(entry, self._settings, on_progress, control, patience=self._patience, wait=wait, again=again)

    def find_broken(self) -> tuple[Broken, ...]:
        """What is installed and cannot be used, each with its sentence."""
        from desktop.engine.models.downloads.repair import find_broken

        return find_broken(self.catalogue())

    def repair(
        self, broken: Broken, on_progress: OnProgress | None = None, control: Control | None = None
    ) -> InstalledModel:
        """Fetch what is wrong with it. Raises ModelError, and leaves it as it was."""
        from desktop.engine.models.downloads.repair import repair

        return repair(broken, self._settings, on_progress, control, patience=self._patience)

    def import_from(
        self, source: Path, on_progress: OnProgress | None = None, control: Control | None = None, *, name: str = ""
    ) -> tuple[InstalledModel, ...]:
        """Install from a file or folder, without any network. Raises PackageRefused, DiskFull, DownloadStopped."""
        from desktop.engine.models.downloads.imports import import_from

        return import_from(source, on_progress, control, name=name)

    def remove(self, model: InstalledModel | Broken) -> int:
        """Delete it; returns the bytes that were freed. Raises ModelProtected for starter models, ModelError."""
        from desktop.engine.models.downloads import removal, state

        if isinstance(model, Broken):
            if model.is_package:  # its files are pip's; the model is not put together again unasked
                state.forget(model.kind, model.name)
                return 0
            return removal.remove_place(model.kind, model.path)
        return removal.remove(model)

    def clear_partial(self) -> int:
        """Throw away what unfinished downloads left; returns the bytes that were freed. Raises ModelError."""
        from desktop.engine.models.downloads.removal import clear_partial

        return clear_partial()

    def refresh(self, control: Control | None = None) -> "Refreshed":
        """Ask the hub, Argos and Piper what there is now. Raises DownloadError if nobody answers."""
        from desktop.engine.models.downloads.network.listings import refresh

        return refresh(self.catalogue(), self._settings, control, patience=self._patience)

    def missing_for(self, source: str, target: str, wants_speech: bool, *, fast: bool = True) -> tuple[Entry, ...]:
        """What a pair of languages still lacks, smallest first (`catalogue.missing_for`)."""
        return _catalogue.missing_for(source, target, wants_speech, self.catalogue(), fast=fast)
